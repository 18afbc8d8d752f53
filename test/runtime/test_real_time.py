# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Cores, real-time priorities and locked memory."""

import ctypes
import mmap
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from runtime_bench import CPU, LANE, Bench, Gate, chain, nothing

from rtmdl_ros.runtime.real_time import (
    Placement,
    RealTimeSettings,
    above_lanes,
    locked_memory_mb,
    on_cores,
    placement_of,
    set_up,
    usable_cores,
)

CORES = tuple(sorted(os.sched_getaffinity(0)))
MISSING_CORE = 1023
#: Gives up what root may and others may not; after all imports, which they may not read here.
UNPRIVILEGED = """
import os, resource
resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 16, 1 << 16))
resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
if os.geteuid() == 0:
    os.setuid(65534)
"""


def in_a_process(code, **options):
    """Run code in a process of its own; returns the lines that it printed."""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line]


def test_with_as_many_cores_as_executors_each_has_its_own():
    settings = RealTimeSettings(cpu_cores=(0,), lane_cores=(2, 4), fifo_priority=7)
    assert settings.placement(LANE, 0, 2) == Placement((2,), 7)
    assert settings.placement(LANE, 1, 2) == Placement((4,), 7)
    assert settings.placement(LANE, 0, 3) == Placement((2, 4), 7)
    assert settings.placement(CPU, 0, 1) == Placement((0,), 8), 'before a lane on its core'
    assert RealTimeSettings().placement(CPU, 0, 1) == Placement()


def test_executors_run_where_they_are_placed():
    real_time = RealTimeSettings(cpu_cores=CORES[-1:], lane_cores=CORES[:1])
    seen = {}

    def look(kind):
        def stage(payload):
            seen[kind] = os.sched_getaffinity(0)

        return stage

    bench = Bench(real_time=real_time)
    bench.runtime.add_task(chain('a', CPU, LANE), [look(CPU), look(LANE)])
    bench.runtime.start()
    bench.release('a')
    bench.wait()
    bench.runtime.stop(timeout_s=5.0)
    assert seen == {CPU: {CORES[-1]}, LANE: {CORES[0]}}
    assert os.sched_getaffinity(0) == set(CORES), 'nobody else is moved'


def needs_fifo():
    if set_up(RealTimeSettings(fifo_priority=1)):
        pytest.skip('SCHED_FIFO is not permitted here')


def thread_of(name):
    """Return the native id of the one living thread of that name."""
    (thread,) = [t for t in threading.enumerate() if t.name == name]
    return thread.native_id


def run_a_job(bench, *kinds):
    bench.runtime.add_task(chain('probe', *kinds), [nothing] * len(kinds))
    bench.release('probe')
    bench.wait()


def test_what_is_in_force_can_be_asked():
    bench = Bench(lanes=2, real_time=RealTimeSettings(lane_cores=CORES[:1]))
    bench.runtime.start()
    run_a_job(bench, LANE)
    assert bench.runtime.placements(LANE)[0] == Placement(CORES[:1])
    assert bench.runtime.placements(CPU) == (Placement(CORES),)
    bench.runtime.stop(timeout_s=5.0)
    assert placement_of(threading.get_native_id()) == Placement(CORES)
    assert placement_of(2**22 + 1) == Placement(), 'there is no such thread'


def test_executors_and_timer_run_under_fifo():
    needs_fifo()
    bench = Bench(real_time=RealTimeSettings(fifo_priority=3))
    bench.runtime.start()
    run_a_job(bench, CPU, LANE)
    assert bench.runtime.placements(LANE) == (Placement(CORES, 3),)
    assert bench.runtime.placements(CPU) == (Placement(CORES, 4),)
    assert placement_of(thread_of('rtmdl timer')).fifo_priority == 4
    assert placement_of(threading.get_native_id()).fifo_priority == 0, 'nobody else'
    bench.runtime.stop(timeout_s=5.0)


def test_a_thread_that_plays_cameras_goes_before_the_lanes():
    needs_fifo()
    with above_lanes(RealTimeSettings(fifo_priority=3)):
        assert placement_of(threading.get_native_id()).fifo_priority == 4
    with above_lanes(RealTimeSettings()):
        assert placement_of(threading.get_native_id()).fifo_priority == 0
    assert placement_of(threading.get_native_id()) == Placement(CORES)


def test_a_core_that_is_refused_costs_no_priority_and_no_other_core():
    needs_fifo()
    settings = RealTimeSettings((MISSING_CORE,), (CORES[0], MISSING_CORE), fifo_priority=3)
    bench = Bench(lanes=1, real_time=settings)
    bench.runtime.start()
    run_a_job(bench, CPU, LANE)
    assert bench.runtime.placements(CPU) == (Placement(CORES, 4),)
    assert bench.runtime.placements(LANE) == (Placement(CORES[:1], 3),)
    bench.runtime.stop(timeout_s=5.0)


@pytest.mark.parametrize('stopped', [False, True])
def test_a_thread_that_hangs_loses_fifo(stopped):
    needs_fifo()
    gate = Gate()
    bench = Bench(
        real_time=RealTimeSettings(lane_cores=CORES[:1], fifo_priority=3),
        hang_limit_s=60.0 if stopped else 0.2,
    )
    bench.runtime.add_task(chain('hangs', LANE), [gate])
    bench.runtime.start()
    bench.release('hangs')
    assert gate.begun.wait(60.0)
    hung = thread_of('rtmdl lane0')
    if stopped:
        bench.runtime.stop(timeout_s=0.1)
    else:
        bench.wait()
        run_a_job(bench, LANE)
        assert bench.runtime.placements(LANE) == (Placement(CORES[:1], 3),)
    assert placement_of(hung) == Placement(CORES[:1], 0)
    gate.open.set()
    bench.runtime.stop(timeout_s=5.0)


def test_a_replaced_executor_is_placed_as_the_first():
    gate, seen = Gate(), []
    bench = Bench(real_time=RealTimeSettings(lane_cores=CORES[:1]), hang_limit_s=0.2)
    bench.runtime.add_task(chain('hangs', LANE), [gate])
    bench.runtime.add_task(
        chain('a', LANE), [lambda payload: seen.append(os.sched_getaffinity(0))]
    )
    bench.runtime.start()
    bench.release('hangs')
    bench.wait()
    bench.release('a')
    bench.wait()
    gate.open.set()
    bench.runtime.stop(timeout_s=5.0)
    assert seen == [{CORES[0]}]


@pytest.mark.parametrize(
    ('cores', 'used'),
    [((), CORES), (CORES[:1], CORES[:1]), ((CORES[0], MISSING_CORE), CORES[:1]),
     ((MISSING_CORE,), CORES)],
)  # fmt: skip
def test_measurements_keep_to_cores_with_all_their_threads(cores, used):
    seen = []
    with on_cores(cores):
        seen.append(usable_cores())
        thread = threading.Thread(target=lambda: seen.append(usable_cores()))
        thread.start()
        thread.join()
    assert seen == [used, used]
    assert usable_cores() == CORES


def test_fifo_is_set_where_it_is_permitted():
    code = (
        'import os, threading\n'
        'from rtmdl_ros.runtime.real_time import *\n'
        'refused = set_up(RealTimeSettings(fifo_priority=3))\n'
        'assert os.sched_getscheduler(0) == os.SCHED_OTHER\n'
        'if not refused:\n'
        '    Placement((), 3).apply()\n'
        '    print(os.sched_getscheduler(0) == os.SCHED_FIFO, os.sched_getparam(0).sched_priority)'
    )
    lines = in_a_process(code)
    if not lines:
        pytest.skip('SCHED_FIFO is not permitted here')
    assert lines == ['True 3']


def test_memory_is_locked_where_it_is_permitted():
    code = (
        'from rtmdl_ros.runtime.real_time import *\n'
        'if not set_up(RealTimeSettings(lock_memory=True)):\n'
        '    used = bytearray(b"1") * 30_000_000\n'
        '    import mmap\n'
        '    unused = mmap.mmap(-1, 300_000_000)\n'
        '    print(locked_memory_mb())'
    )
    lines = in_a_process(code)
    if not lines:
        pytest.skip('mlockall is not permitted here')
    assert 30.0 < float(lines[0]) < 300.0
    assert locked_memory_mb() < 1.0


def test_pages_are_looked_at_only_where_some_are_locked(monkeypatch):
    """It takes long, and some kernels cannot: then it is what may be locked at the most."""
    looked_at, read_text = [], Path.read_text

    def read(path, **options):
        if path.name == 'smaps_rollup':
            looked_at.append(path)
            raise FileNotFoundError(2, 'No such file or directory')
        return read_text(path, **options)

    monkeypatch.setattr(Path, 'read_text', read)
    assert locked_memory_mb() == 0.0 and not looked_at
    libc = ctypes.CDLL(None)
    pages = mmap.mmap(-1, 16 * 1024)
    address = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(pages)))
    if libc.mlock(address, ctypes.c_size_t(len(pages))):
        pytest.skip('mlock is not permitted here')
    try:
        assert locked_memory_mb() == 0.016384
    finally:
        libc.munlock(address, ctypes.c_size_t(len(pages)))
    assert len(looked_at) == 1


def test_what_is_refused_is_told_with_the_remedy():
    code = (
        f'from rtmdl_ros.runtime.real_time import *\n{UNPRIVILEGED}'
        "print('\\n'.join(set_up(RealTimeSettings(fifo_priority=50, lock_memory=True))))"
    )
    assert in_a_process(code) == [
        'fifo_priority 50 is refused (Operation not permitted): '
        'allow it with "rtprio 99" for this user in /etc/security/limits.conf, see ulimit -r, '
        'or by CAP_SYS_NICE',
        'lock_memory is refused (Operation not permitted): '
        'allow it with "memlock unlimited" for this user in /etc/security/limits.conf, '
        'see ulimit -l, or by CAP_IPC_LOCK',
    ]


@pytest.mark.parametrize('cores', [(MISSING_CORE,), (*CORES, MISSING_CORE)])
def test_a_core_that_is_not_there_is_told(cores):
    (refusal,) = set_up(RealTimeSettings(lane_cores=cores))
    asked, have = (','.join(str(core) for core in some) for some in (cores, CORES))
    assert refusal == (
        f'lane_cores {asked} is refused (Invalid argument): this process may use {have}, and any '
        'of them are used'
    )
    assert set_up(RealTimeSettings()) == ()


def test_elsewhere_than_on_linux_all_is_refused_and_runs(monkeypatch):
    monkeypatch.setattr(sys, 'platform', 'darwin')
    settings = RealTimeSettings(CORES, CORES, fifo_priority=3, lock_memory=True)
    refusals = set_up(settings)
    assert len(refusals) == 4
    for refusal in refusals:
        assert refusal.endswith('is refused (Function not implemented): it needs Linux')
    bench = Bench(real_time=settings)
    bench.runtime.start()
    run_a_job(bench, CPU, LANE)
    assert bench.runtime.placements(LANE) == (Placement(),)
    bench.runtime.stop(timeout_s=5.0)
    assert usable_cores() == tuple(range(os.cpu_count()))
    assert locked_memory_mb() == 0.0
    assert set_up(RealTimeSettings()) == ()


def test_openmp_waits_asleep_unless_the_user_wants_otherwise():
    code = (
        'import os, sys\n'
        'from rtmdl_ros.runtime.real_time import calm_openmp\n'
        'calm_openmp()\n'
        "print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    )
    without = {name: value for name, value in os.environ.items() if name != 'OMP_WAIT_POLICY'}
    assert in_a_process(code, env=without) == ['PASSIVE False']
    assert in_a_process(code, env=without | {'OMP_WAIT_POLICY': 'ACTIVE'}) == ['ACTIVE False']
