# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How many batches worker processes may make ahead: those that wait are in shared memory."""

import shutil
import sys
from pathlib import Path

from rtmdl_ros.scaling.shortage import MORE_SHARED_MEMORY

_SHARED_MEMORY = Path('/dev/shm')
#: Batches that a worker makes ahead where there is room.
_AHEAD = 4
#: Batches out of the workers' hands: the one that is learned from and the next one.
_ARRIVED = 2


def batches_ahead(workers: int, batch_bytes: int) -> int:
    """Return how many batches each worker may make ahead, 1 to 4; 0 where there are to be none.

    Where shared memory has no room for any that is told.
    """
    if not workers:
        return 0
    free_bytes = _free_bytes()
    ahead = fitting(workers, batch_bytes, free_bytes)
    if not ahead:
        need = f'{free_bytes / 1e6:.0f} MB free of the {(_ARRIVED + 1) * batch_bytes / 1e6:.0f}'
        problem = f'has {need} that a worker process needs; training goes on without one, slower'
        print(f'{_SHARED_MEMORY}: {problem}; {MORE_SHARED_MEMORY}', file=sys.stderr)
    return ahead


def fitting(workers: int, batch_bytes: int, free_bytes: int) -> int:
    """Return how many batches each of the workers, at least 1, can make ahead, 0 to 4."""
    return max(0, min(_AHEAD, (free_bytes // batch_bytes - _ARRIVED) // workers))


def _free_bytes() -> int:
    try:
        return shutil.disk_usage(_SHARED_MEMORY).free
    except OSError:  # a container without any
        return 0
