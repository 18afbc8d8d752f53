# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Memory that is free again and stays with this process until its heap is trimmed."""

import ctypes
import os
from pathlib import Path

_PIECES, _BYTES = 100_000, 1000
#: One in so many stays in use: what lies between two is free.
_KEPT = 100


class HeapWaste:
    """100 MB in small pieces, allocated and freed by one call."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None)
        self._libc.malloc.restype = ctypes.c_void_p
        self._libc.free.argtypes = (ctypes.c_void_p,)
        self._kept: list[int] = []
        self._resident_mb = 0.0

    def make(self) -> None:
        """Leave it to the heap."""
        pieces = [self._libc.malloc(_BYTES) for _ in range(_PIECES)]
        for piece in pieces:
            ctypes.memset(piece, 1, _BYTES)
        full_mb = _resident_mb()
        self._kept += pieces[::_KEPT]
        for number, piece in enumerate(pieces):
            if number % _KEPT:
                self._libc.free(piece)
        self._resident_mb = _resident_mb()
        assert self._resident_mb > full_mb - 10, 'else there is nothing to trim'

    def given_back_mb(self) -> float:
        """Return by how much the process has become smaller since."""
        return self._resident_mb - _resident_mb()

    def clear(self) -> None:
        """Free the rest."""
        while self._kept:
            self._libc.free(self._kept.pop())


def _resident_mb() -> float:
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE') / 1e6
