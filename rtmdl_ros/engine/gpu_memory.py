# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much memory a GPU has left, and what must stay free."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_MB = 1_000_000
_MEMINFO = Path('/proc/meminfo')
#: Not for networks: other programs, the driver's own, and what graphs take beside tensors.
_RESERVE = 0.05


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
