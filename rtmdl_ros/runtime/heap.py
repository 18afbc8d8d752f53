# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The heap of the C library: one for all threads of this process, and no larger than need be."""

from __future__ import annotations

import ctypes
import gc
import os
import sys

# From glibc's malloc.h.
_M_ARENA_MAX = -8
_USERS_CHOICE = ('MALLOC_ARENA_MAX', 'glibc.malloc.arena_max')


def share_heap() -> bool:
    """Let all threads share one heap; returns whether that is in force.

    glibc gives them up to 8 heaps a core, and each keeps what its threads once needed at most:
    every lane that is replaced, every activation takes another one, until all have grown by some
    images; on 2 cores 70 MB in 200 s. Threads that allocate at once then wait for each other. That
    is rare here: small objects have Python's own allocator, tensors that of ONNX Runtime; of two
    nodes beside each other on a busy machine, with 1 and with 16 heaps, neither answered sooner.

    Call it before the first thread is started, which takes a heap for good. Without effect outside
    Linux, with other C libraries, and where the user has set the number (mallopt(3)).
    """
    chosen = f'{" ".join(os.environ)} {os.environ.get("GLIBC_TUNABLES", "")}'
    if sys.platform != 'linux' or any(name in chosen for name in _USERS_CHOICE):
        return False
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, 1) == 1


def trim_heap() -> None:
    """Return to the system what the heap keeps of memory that is free again.

    Loading networks leaves much of that: their files as they were read and cut, 170 MB of 43. So do
    frames, slowly: each time they are put where others were not before. Takes some 20 ms. Without
    effect with other C libraries.
    """
    gc.collect()
    malloc_trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if malloc_trim is not None:
        malloc_trim(0)
