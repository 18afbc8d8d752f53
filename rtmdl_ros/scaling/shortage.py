# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a machine runs short of in the middle of the work, told with what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from rtmdl_ros.workload.errors import one_line

MORE_SHARED_MEMORY = 'start docker with --shm-size=1g or --ipc=host'
#: What torch says where shared memory is full: the name of its files there is in most of it.
_SHARED_MEMORY = ('shared memory', '</torch_')
#: What torch says where a GPU's memory is full, or another process has the GPU for itself.
_BUSY_GPU = (
    'CUDA out of memory',
    'CUDA error: out of memory',
    'busy or unavailable',
    'CUBLAS_STATUS_ALLOC_FAILED',
    'CUBLAS_STATUS_NOT_INITIALIZED',
    'CUDNN_STATUS_ALLOC_FAILED',
    'CUDNN_STATUS_NOT_INITIALIZED',
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def shortage(error: OSError | RuntimeError) -> str | None:
    """Return in one line what the machine ran short of and the remedy; None for another error."""
    if isinstance(error, OSError):
        return _of_room(error)
    texts = [str(each) for each in _chain(error)]
    if any(sign in text for text in texts for sign in _SHARED_MEMORY):
        return f'/dev/shm: has no room for the batches of worker processes; {MORE_SHARED_MEMORY}'
    said = next((text for text in texts if any(busy in text for busy in _BUSY_GPU)), None)
    if said is None:
        return None
    reason = one_line(said.splitlines()[0])
    return f'the GPU cannot be used ({reason}); give --device cpu or end what else uses the GPU'


def _of_room(error: OSError) -> str | None:
    if error.errno not in _NO_ROOM:
        return None
    remedy = 'make room and give the same command again, a run goes on from its last checkpoint'
    return f'{error.filename or "a file"}: cannot be written ({error.strerror}); {remedy}'


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
