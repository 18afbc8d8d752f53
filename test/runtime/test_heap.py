# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Heaps of the C library."""

import os
import subprocess
import sys

import pytest

#: Prints what share_heap returns, and all heaps once eight threads have allocated at once.
COUNT = """
import ctypes, threading
from rtmdl_ros.runtime.heap import share_heap
print(share_heap(), flush=True)
libc = ctypes.CDLL(None)
all_at_once = threading.Barrier(8)
def take():
    libc.malloc(5000)
    all_at_once.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = ctypes.c_void_p.in_dll(libc, 'stdout')
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(**chosen):
    """Return both, the heaps counted, from a process whose environment says more."""
    environment = {**os.environ, **chosen}
    command = [sys.executable, '-c', COUNT]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.partition('\n')[0], done.stdout.count('<heap ')


def test_threads_share_one_heap():
    assert heaps() == ('True', 1)


@pytest.mark.parametrize(
    'chosen', [{'MALLOC_ARENA_MAX': '4'}, {'GLIBC_TUNABLES': 'glibc.malloc.arena_max=4'}]
)
def test_who_sets_a_number_gets_it(chosen):
    assert heaps(**chosen) == ('False', 4)
