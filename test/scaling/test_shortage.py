# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What machines run short of is one line with a remedy."""

import pytest
import torch
from file_sizes import largest_file
from torch.utils.data import DataLoader

from rtmdl_ros.scaling.shortage import shortage
from rtmdl_ros.scaling.worker_room import fitting

TOLD = (
    '/dev/shm: has no room for the batches of worker processes; '
    'start docker with --shm-size=1g or --ipc=host'
)


def test_shared_memory_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a worker tells it."""
    # So often, in seconds, the worker asks whether it is still wanted, which ends it.
    monkeypatch.setattr('torch.utils.data._utils.MP_STATUS_CHECK_INTERVAL', 0.2)
    pictures = [torch.zeros(100, 100) for _ in range(4)]
    with pytest.raises(RuntimeError) as caught, largest_file(10_000):
        list(DataLoader(pictures, 4, num_workers=1))
    assert shortage(caught.value) == TOLD


def test_a_worker_that_was_killed_for_it() -> None:
    """As torch tells it where the memory is only found missing when it is used."""
    cause = RuntimeError(
        'DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that '
        "dataloader's workers are out of shared memory. Please try to raise your limit."
    )
    error = RuntimeError('DataLoader worker (pid(s) 7) exited unexpectedly')
    error.__cause__ = cause
    assert shortage(error) == TOLD


@pytest.mark.parametrize(
    'error',
    [
        torch.cuda.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 MiB.\nSee more'),
        RuntimeError('CUDA error: all CUDA-capable devices are busy or unavailable\nCUDA kernel'),
    ],
)
def test_a_gpu_that_is_busy(error: RuntimeError) -> None:
    """Whatever follows the first line."""
    reason = str(error).splitlines()[0]
    remedy = 'give --device cpu or end what else uses the GPU'
    assert shortage(error) == f'the GPU cannot be used ({reason}); {remedy}'


@pytest.mark.parametrize('error', [RuntimeError('shapes differ'), PermissionError(13, 'denied')])
def test_other_errors_are_no_shortage(error: OSError | RuntimeError) -> None:
    assert shortage(error) is None


@pytest.mark.parametrize(
    ('free_mb', 'workers', 'batches'),
    [(24_000, 1, 4), (170, 1, 3), (100, 1, 1), (64, 1, 0), (0, 1, 0), (170, 2, 1), (100, 2, 0)],
)
def test_batches_ahead_are_those_that_fit(free_mb: int, workers: int, batches: int) -> None:
    """Beside the two that have left the workers' hands; of 33 MB, as the signs' largest are."""
    assert fitting(workers, 33_000_000, free_mb * 1_000_000) == batches
