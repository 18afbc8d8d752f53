# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The runtime under bad luck and wrong use, on real threads."""

import gc
import logging
import sys
import threading
import time
import weakref
from queue import SimpleQueue

import pytest
from runtime_bench import CPU, LANE, PATIENCE_S, SECOND, Bench, Gate, chain, nothing

from rtmdl_ros.runtime.runtime import NotRunningError
from rtmdl_ros.scheduling.errors import DuplicateTaskError, UnknownTaskError
from rtmdl_ros.workload.records import Outcome


@pytest.mark.parametrize('raised', [ValueError('no\n  light'), SystemExit(3), KeyError('x')])
def test_a_stage_that_raises_fails_its_job_and_the_lane_lives_on(bench, raised, caplog):
    def broken(payload):
        if payload == 'bad':
            raise raised

    bench.runtime.add_task(chain('a', CPU, LANE, CPU), [nothing, broken, nothing])
    bench.runtime.start()
    for payload in ('bad', 'bad', 'good'):
        bench.release('a', payload)
        (report,) = bench.wait()
        if payload == 'bad':
            assert report.outcome is Outcome.FAILED
            text = {'ValueError': 'no light', 'SystemExit': '3', 'KeyError': "'x'"}
            name = type(raised).__name__
            assert report.detail == f'stage s1: {name}: {text[name]}'
            assert [span.stage for span in report.spans] == ['s0', 's1']
    assert report.outcome is Outcome.ON_TIME
    (record,) = caplog.records
    assert record.getMessage() == f'task a: stage s1 raised {name}: {text[name]} (told once)'


def test_a_start_for_which_there_are_not_threads_enough_leaves_none(bench, monkeypatch):
    def refuse():
        raise RuntimeError("can't start new thread")

    before, interval_s = set(threading.enumerate()), sys.getswitchinterval()
    monkeypatch.setattr(bench.runtime._timer, 'start', refuse)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        bench.runtime.start()
    assert set(threading.enumerate()) == before
    assert sys.getswitchinterval() == interval_s


class BrokenHandler(logging.Handler):
    """A log that costs whoever writes to it."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def emit(self, record):
        self.seen.append(record.getMessage())
        raise TypeError('cannot be logged')


@pytest.fixture
def broken_log():
    """A handler of the package's log that raises."""
    handler = BrokenHandler()
    logging.getLogger('rtmdl_ros').addHandler(handler)
    yield handler
    logging.getLogger('rtmdl_ros').removeHandler(handler)


def test_a_log_handler_that_raises_costs_no_job_and_no_thread(broken_log):
    def broken(payload):
        if payload == 'bad':
            raise FileNotFoundError('caf\udce9.png')

    def on_end(report):
        broken_log.seen.append(report.detail)
        bench.reports.put(report)

    bench = Bench(on_end=on_end)
    bench.runtime.add_task(chain('a', LANE, CPU), [broken, nothing])
    bench.runtime.start()
    for payload in ('bad', 'good'):
        bench.release('a', payload)
        (report,) = bench.wait()
    assert report.outcome is Outcome.ON_TIME
    bench.runtime.stop(PATIENCE_S)
    text = 'FileNotFoundError: caf\\udce9.png'
    told = f'task a: stage s0 raised {text} (told once)'
    assert broken_log.seen == [f'stage s0: {text}', told, ''], 'the job is told of first'


@pytest.mark.parametrize('bench', [{'hang_limit_s': 0.1}], indirect=True)
def test_a_log_handler_that_raises_does_not_end_the_watch(bench, broken_log):
    gates = Gate(), Gate()
    bench.runtime.add_task(chain('a', CPU), [gates[0]])
    bench.runtime.add_task(chain('b', LANE), [gates[1]])
    bench.runtime.start()
    for task in 'ab':
        bench.release(task)
        (report,) = bench.wait()
        assert report.outcome is Outcome.FAILED
    for gate in gates:
        gate.open.set()


def test_what_a_failed_job_held_is_free_without_the_garbage_collector(bench):
    class Image:
        pass

    def broken(payload):
        raise ValueError('no light')

    bench.runtime.add_task(chain('a', CPU), [broken])
    bench.runtime.start()
    gc.collect()
    gc.disable()
    try:
        images = []
        for _ in range(4):
            image = Image()
            images.append(weakref.ref(image))
            bench.release('a', image)
            del image
            bench.wait()
        # pytest keeps the log record of the first; the last may be on its way.
        assert [image() for image in images[1:3]] == [None, None]
    finally:
        gc.enable()


def test_an_answer_without_truth_value_fails_the_job(bench):
    class Vague:
        def __bool__(self):
            raise TypeError('neither')

    bench.runtime.add_task(chain('a', CPU), [lambda p: Vague()])
    bench.runtime.start()
    bench.release('a')
    assert bench.wait()[0].detail == 'stage s0: TypeError: neither'


def test_on_end_that_raises_is_logged_once_and_kills_nothing(caplog):
    ended = SimpleQueue()

    def on_end(report):
        ended.put(report)
        raise RuntimeError('publisher is gone')

    bench = Bench(on_end=on_end)
    bench.runtime.add_task(chain('a', CPU, LANE), [nothing, nothing])
    bench.runtime.start()
    for _ in range(5):
        bench.release('a')
        ended.get(timeout=PATIENCE_S)
    bench.runtime.stop(PATIENCE_S)
    assert bench.task('a').on_time == 5
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == 'on_end raised RuntimeError: publisher is gone (told once)'


def test_stop_while_busy_ends_every_job():
    gate = Gate()

    def on_end(report):
        bench.reports.put(report)
        gate.open.set()  # the job that waits ends first, while the others still run

    bench = Bench(cpu_workers=2, on_end=on_end)
    bench.runtime.add_task(chain('a', CPU, LANE), [gate, nothing])
    bench.runtime.add_task(chain('last', CPU), [gate])
    bench.runtime.start()
    running = bench.release('a')
    finishing = bench.release('last')
    waiting = bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.runtime.stop(PATIENCE_S)
    reports = {report.job_id: report for report in bench.wait(3)}
    assert bench.reports.empty()
    assert reports[waiting].outcome is Outcome.DISCARDED
    assert reports[running].outcome is Outcome.DISCARDED
    assert [span.stage for span in reports[running].spans] == ['s0']
    assert reports[finishing].outcome is Outcome.ON_TIME
    assert {reports[job].detail for job in (waiting, running)} == {'runtime stopped'}
    assert bench.task('a').in_flight == 0
    names = {thread.name for thread in threading.enumerate()}
    assert not {name for name in names if name.startswith('rtmdl ')}


def test_a_hung_stage_is_reported_and_its_thread_abandoned(caplog):
    bench = Bench()
    gate = Gate()
    bench.runtime.add_task(chain('a', LANE, CPU), [gate, nothing])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.runtime.stop(0.05)
    (report,) = bench.wait()
    text = 'stage s0 did not return within 0.05 s of the stop'
    assert (report.outcome, report.detail) == (Outcome.FAILED, text)
    assert [r.getMessage() for r in caplog.records] == [f'task a: {text}; its thread is abandoned']
    (hung,) = [t for t in threading.enumerate() if t.name == 'rtmdl lane0']
    gate.open.set()  # it returns after all: too late to count
    hung.join(PATIENCE_S)
    assert not hung.is_alive() and bench.reports.empty()
    assert (bench.task('a').failed, bench.task('a').in_flight) == (1, 0)


def test_stop_from_on_end_and_stop_again():
    stopped = threading.Event()

    def on_end(report):
        bench.runtime.stop(PATIENCE_S)
        stopped.set()

    bench = Bench(on_end=on_end)
    bench.runtime.add_task(chain('a', CPU), [nothing])
    bench.runtime.start()
    bench.release('a')
    assert stopped.wait(PATIENCE_S)
    bench.runtime.stop(PATIENCE_S)
    with pytest.raises(RuntimeError, match='a runtime is started once'):
        bench.runtime.start()


def test_no_stage_starts_on_a_thread_that_stops_the_runtime():
    ran = []

    def on_end(report):
        if report.payload == 'first':
            bench.runtime.stop(0.05)
        bench.reports.put(report)

    def stage(payload):
        time.sleep(0.05)  # the second job waits for it
        ran.append(payload)

    bench = Bench(on_end=on_end)
    bench.runtime.add_task(chain('a', CPU), [stage])
    bench.runtime.add_task(chain('b', CPU), [ran.append])
    bench.runtime.start()
    bench.release('a', 'first')
    bench.release('b', 'second')
    outcomes = {report.payload: report.outcome for report in bench.wait(2)}
    assert outcomes == {'first': Outcome.ON_TIME, 'second': Outcome.FAILED}
    time.sleep(0.05)
    assert ran == ['first']


@pytest.mark.parametrize('raised', [ValueError('no'), SystemExit(3)])
def test_whatever_on_end_raises_the_thread_lives_on(raised):
    def on_end(report):
        bench.reports.put(report)
        raise raised

    bench = Bench(on_end=on_end)
    bench.runtime.add_task(chain('a', CPU), [nothing])
    bench.runtime.start()
    for _ in range(2):
        bench.release('a')
        assert bench.wait()[0].outcome is Outcome.ON_TIME
    bench.runtime.stop(PATIENCE_S)


def test_a_runtime_that_does_not_run_accepts_no_job():
    bench = Bench()
    bench.runtime.add_task(chain('a', CPU), [nothing])
    with pytest.raises(NotRunningError, match='task a: job released while'):
        bench.release('a')
    bench.runtime.start()
    bench.runtime.stop(PATIENCE_S)
    with pytest.raises(NotRunningError):
        bench.release('a')


def test_wrong_use_is_refused(bench):
    bench.runtime.add_task(chain('a', CPU), [nothing])
    bench.runtime.start()
    with pytest.raises(ValueError, match='task b: 1 functions for 2 stages'):
        bench.runtime.add_task(chain('b', CPU, LANE), [nothing])
    with pytest.raises(DuplicateTaskError):
        bench.runtime.add_task(chain('a', CPU), [nothing])
    with pytest.raises(ValueError, match='task a: 1 functions for 2 stages'):
        bench.runtime.change_task(chain('a', CPU, LANE))
    with pytest.raises(UnknownTaskError):
        bench.runtime.change_task(chain('b', CPU))
    with pytest.raises(UnknownTaskError):
        bench.release('b')
    with pytest.raises(ValueError, match='ns in the future'):
        bench.runtime.release('a', None, time.monotonic_ns() + 3600 * SECOND)
    with pytest.raises(ValueError, match='window_s is 0; it must be above 0'):
        Bench(window_s=0)
    bench.release('a')
    assert bench.wait()[0].outcome is Outcome.ON_TIME
