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

#: Prints how many MB are resident with 100 MB in small pieces, with one of them, and in the end.
SIZES = """
import ctypes, os
from pathlib import Path
from rtmdl_ros.runtime.heap import share_heap, trim_heap
share_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
def show():
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    print(pages * os.sysconf('SC_PAGE_SIZE') // 1_000_000)
pieces = [libc.malloc(1000) for _ in range(100_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 1000)
show()
for piece in pieces[:-1]:
    libc.free(piece)
show()
trim_heap()
show()
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


def test_a_trimmed_heap_keeps_nothing_that_is_free():
    """What was allocated last is still in use: the heap cannot shrink from its end."""
    command = [sys.executable, '-c', SIZES]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    full, freed, trimmed = map(int, shown.split())
    assert freed > full - 10, 'else there is nothing to trim'
    assert trimmed < full - 80
