# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much memory a GPU has left, and what must stay free."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MB = 1_000_000
_MEMINFO = Path('/proc/meminfo')
#: Not for networks: other programs, the driver's own, and what graphs take beside tensors.
_RESERVE = 0.05
#: Held while a graph is captured: torch takes one at a time in a process, and none while memory is
#: given back.
_CAPTURING = threading.Lock()


@dataclass(frozen=True)
class GpuMemory:
    """Memory of a GPU in bytes."""

    free_bytes: int
    total_bytes: int

    @property
    def is_full(self) -> bool:
        """Whether no other network should be loaded."""
        return self.free_bytes < _RESERVE * self.total_bytes

    def __str__(self) -> str:
        """Return it for people."""
        return f'{self.free_bytes // _MB} of {self.total_bytes // _MB} MB free'


@contextmanager
def undisturbed_capture() -> Iterator[None]:
    """Let nobody else capture a graph meanwhile, and none be destroyed: that breaks a capture.

    Networks refer to themselves, so that their graphs end when garbage is collected. What earlier
    ones had is given back before. For a process that uses a GPU.
    """
    with _CAPTURING:
        gc.collect()
        _give_back()
        collects = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collects:
                gc.enable()


def give_back_unused() -> None:
    """Give back what torch keeps of a GPU's memory for tensors to come; nothing without one."""
    with _CAPTURING:
        _give_back()


def _give_back() -> None:
    torch = sys.modules.get('torch')
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def available_bytes(meminfo: Path = _MEMINFO) -> int:
    """Return what Linux would give to programs, caches given up; 0 where it does not tell.

    A GPU without memory of its own, as on a Jetson, takes it from there; CUDA counts what caches of
    files hold as taken.
    """
    try:
        lines = meminfo.read_text(encoding='ascii').splitlines()
    except (OSError, ValueError):
        return 0
    found = (line.split() for line in lines if line.startswith('MemAvailable:'))
    return next((int(words[1]) * 1024 for words in found), 0)
