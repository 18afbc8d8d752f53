# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The runtime on real threads: order and accounting; no timing ratios."""

import gc
import sys
import threading
import time
import weakref
from collections import Counter
from queue import SimpleQueue

import pytest
from runtime_bench import CPU, LANE, PATIENCE_S, SECOND, Bench, Gate, chain, nothing

from rtmdl_ros.scheduling.errors import UnknownTaskError
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import LatePolicy, Outcome


def test_stages_run_in_order_on_their_resource(bench):
    seen = []
    task = chain('a', CPU, LANE, LANE, CPU)
    stages = [lambda p, n=n: seen.append((n, p)) for n in range(4)]
    bench.runtime.add_task(task, stages)
    bench.runtime.start()
    job_id = bench.release('a', 'frame')
    (report,) = bench.wait()
    assert seen == [(0, 'frame'), (1, 'frame'), (2, 'frame'), (3, 'frame')]
    assert (report.job_id, report.task, report.outcome) == (job_id, 'a', Outcome.ON_TIME)
    assert [(s.stage, s.executor) for s in report.spans] == [
        ('s0', 'cpu0'),
        ('s1', 'lane0'),
        ('s2', 'lane0'),
        ('s3', 'cpu0'),
    ]
    times = [time for span in report.spans for time in (span.start_ns, span.end_ns)]
    assert sorted(times) == times and report.release_ns <= times[0]
    assert report.finish_ns == times[-1]
    assert report.deadline_ns == report.release_ns + task.deadline_ns
    assert report.response_ns == report.finish_ns - report.release_ns
    assert (report.payload, report.detail) == ('frame', '')


def test_jobs_released_together_start_in_order_of_urgency(bench):
    order = []
    for name, priority in (('low', 1), ('high', 9), ('middle', 5)):
        stage = lambda p, name=name: order.append((name, p))  # noqa: E731
        bench.runtime.add_task(chain(name, CPU, priority=priority), [stage])
    bench.runtime.start()
    ids = bench.runtime.release_all({'low': 1, 'high': 2, 'middle': 3}, time.monotonic_ns())
    reports = bench.wait(3)
    assert order == [('high', 2), ('middle', 3), ('low', 1)]
    assert {report.task: report.job_id for report in reports} == ids
    assert len({report.release_ns for report in reports}) == 1


def test_jobs_released_together_are_refused_together(bench):
    bench.runtime.add_task(chain('a', CPU), [nothing])
    bench.runtime.start()
    with pytest.raises(UnknownTaskError, match='there is no task b'):
        bench.runtime.release_all({'a': 1, 'b': 2}, time.monotonic_ns())
    assert bench.task('a').released == 0


def test_true_completes_the_job(bench):
    bench.runtime.add_task(chain('a', LANE, LANE, CPU), [lambda p: p, nothing, nothing])
    bench.runtime.start()
    bench.release('a', True)
    (first,) = bench.wait()
    bench.release('a', False)
    (second,) = bench.wait()
    assert [len(report.spans) for report in (first, second)] == [1, 3]
    assert first.outcome is second.outcome is Outcome.ON_TIME


@pytest.mark.parametrize('bench', [{'cpu_workers': 2}], indirect=True)
def test_an_executor_goes_on_with_its_own_next_stage(bench):
    threads = []
    stage = lambda p: threads.append(threading.get_ident())  # noqa: E731
    bench.runtime.add_task(chain('a', CPU, CPU, CPU), [stage] * 3)
    bench.runtime.start()
    bench.release('a')
    bench.wait()
    assert len(set(threads)) == 1


def test_a_newer_frame_supersedes_on_the_thread_that_releases_it(bench):
    gate = Gate()
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    old = bench.release('a')
    assert bench.reports.empty()
    new = bench.release('a')
    report = bench.reports.get_nowait()
    assert (report.job_id, report.outcome) == (old, Outcome.SUPERSEDED)
    assert (report.reason, report.detail) == (Reason.NEWER_JOB, f'superseded by job {new}')
    gate.open.set()
    assert [r.outcome for r in bench.wait(2)] == [Outcome.ON_TIME] * 2


def test_a_job_tells_when_and_why_it_waited(bench):
    gate = Gate()
    bench.runtime.add_task(chain('a', CPU, LANE), [nothing, gate])
    bench.runtime.add_task(chain('b', LANE), [nothing])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.release('b')
    gate.open.set()
    reports = {report.task: report for report in bench.wait(2)}
    assert reports['a'].waits == ()
    (wait,) = reports['b'].waits
    assert (wait.stage, wait.reason, wait.because) == ('s0', Reason.EXECUTORS_BUSY, '')
    assert reports['b'].release_ns < wait.start_ns < wait.end_ns <= reports['b'].spans[0].start_ns
    assert reports['b'].reason is None


def test_a_hopeless_job_is_discarded_by_the_timer_while_the_lane_is_busy(bench):
    gate = Gate()
    bench.runtime.add_task(chain('hog', LANE), [gate])
    bench.runtime.add_task(chain('a', LANE, deadline_ns=SECOND // 50), [nothing])
    bench.runtime.start()
    bench.release('hog')
    assert gate.begun.wait(PATIENCE_S)
    bench.release('a')
    (report,) = bench.wait()
    assert not gate.open.is_set()
    assert (report.task, report.outcome) == ('a', Outcome.DISCARDED)
    assert report.finish_ns > report.deadline_ns
    assert report.detail.startswith('hopeless before stage s0: 0.000 ms needed')
    gate.open.set()
    bench.wait()


def test_late_and_run_late(bench):
    slow = [lambda p: time.sleep(0.03)]
    bench.runtime.add_task(chain('a', CPU, deadline_ns=1, late=LatePolicy.RUN), slow)
    bench.runtime.start()
    bench.release('a')
    (report,) = bench.wait()
    assert report.outcome is Outcome.LATE
    assert report.response_ns >= report.stages_ns >= SECOND // 40


def test_a_change_counts_for_the_next_release(bench):
    gate = Gate()
    bench.runtime.add_task(chain('a', CPU), [gate])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.runtime.change_task(chain('a', CPU, deadline_ns=1, late=LatePolicy.RUN))
    gate.open.set()
    bench.wait()
    bench.release('a')
    (report,) = bench.wait()
    assert report.deadline_ns == report.release_ns + 1
    assert report.outcome is Outcome.LATE


def test_a_removed_task_is_gone_and_its_counters_stay(bench):
    gate = Gate()
    bench.runtime.add_task(chain('a', CPU, LANE), [gate, nothing])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.release('a')
    bench.runtime.remove_task('a')
    gate.open.set()
    assert {r.detail for r in bench.wait(2)} == {'task removed'}
    with pytest.raises(UnknownTaskError, match='there is no task a'):
        bench.release('a')
    assert (bench.task('a').released, bench.task('a').discarded) == (2, 2)


def test_the_switch_interval_is_short_while_running():
    before = sys.getswitchinterval()
    bench = Bench()
    bench.runtime.start()
    assert sys.getswitchinterval() < 1e-3
    bench.runtime.stop(PATIENCE_S)
    assert sys.getswitchinterval() == before


@pytest.mark.parametrize('bench', [{'cpu_workers': 2, 'lanes': 2}], indirect=True)
def test_releases_from_many_threads_add_up(bench):
    """Every job ends once, no stage runs beside itself, and the counters agree."""
    inside = Counter()

    def stage(name):
        def function(payload):
            inside[name] += 1
            alone = inside[name] == 1
            time.sleep(0.0002)
            inside[name] -= 1
            if not alone:
                raise AssertionError('a stage ran beside itself')
            if payload % 50 == 7:
                raise ValueError('unlucky')
            return payload % 20 == 3

        return function

    for name, priority in (('a', 1), ('b', 2), ('c', 3)):
        task = chain(name, CPU, LANE, CPU, deadline_ns=SECOND // 200, priority=priority)
        bench.runtime.add_task(task, [stage(f'{name}{n}') for n in range(3)])
    bench.runtime.start()
    jobs = SimpleQueue()

    def camera(name):
        for number in range(150):
            jobs.put(bench.release(name, number))
            time.sleep(0.0003)

    cameras = [threading.Thread(target=camera, args=(name,)) for name in 'aabbcc']
    for thread in cameras:
        thread.start()
    for thread in cameras:
        thread.join()
    bench.runtime.stop(PATIENCE_S)
    reports = bench.wait(900)
    assert bench.reports.empty()
    released = sorted(jobs.get_nowait() for _ in range(900))
    assert sorted(report.job_id for report in reports) == released == list(range(900))
    failures = {r.detail.split(' in ')[0] for r in reports if r.outcome is Outcome.FAILED}
    assert failures <= {'stage s0: ValueError: unlucky'}
    for name in 'abc':
        counted = Counter(report.outcome for report in reports if report.task == name)
        task = bench.task(name)
        assert (task.released, task.in_flight) == (300, 0)
        for outcome in Outcome:
            assert getattr(task, outcome.value) == counted[outcome]
    assert len(bench.runtime.trace.reports()) == 900


def test_nothing_keeps_a_payload_after_its_job(bench):
    class Frame:
        pass

    bench.runtime.add_task(chain('a', CPU, LANE), [nothing, nothing])
    bench.runtime.start()
    frame = Frame()
    gone = weakref.ref(frame)
    bench.release('a', frame)
    del frame
    bench.wait()
    bench.runtime.stop(PATIENCE_S)
    gc.collect()
    assert gone() is None
    assert bench.runtime.trace.reports()[0].payload is None


def test_statistics_of_a_busy_lane(bench):
    gate = Gate()
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    time.sleep(0.05)
    statistics = bench.runtime.statistics()
    gate.open.set()
    bench.wait()
    assert statistics.tasks[0].in_flight == 1
    assert statistics.cpu_busy == 0.0
    assert 0.0 < statistics.accelerator_busy <= 1.0
    assert bench.task('a').response.max_ns > 0
