# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Stages that hang: their jobs fail, their threads are replaced, all else goes on."""

import logging
import threading
import time
from unittest.mock import Mock

import pytest
from runtime_bench import CPU, LANE, PATIENCE_S, Bench, Gate, chain, nothing

from rtmdl_ros.runtime.executor import StageCall
from rtmdl_ros.runtime.watchdog import Watchdog
from rtmdl_ros.workload.records import Outcome, Packing

LIMIT_S = 0.2


@pytest.fixture
def bench():
    """A runtime with one worker and one lane and a short limit."""
    bench = Bench(hang_limit_s=LIMIT_S)
    yield bench
    bench.runtime.stop(PATIENCE_S)


@pytest.fixture
def gate():
    """A stage that hangs until it is opened, at the latest when the test is over."""
    gate = Gate()
    yield gate
    gate.open.set()


@pytest.fixture
def messages(caplog):
    """Return what was logged at INFO and above, as (level, text)."""
    caplog.set_level(logging.INFO)
    return lambda: [(r.levelname, r.getMessage()) for r in caplog.records]


def threads(executor):
    """Return the living threads of an executor."""
    return [t for t in threading.enumerate() if t.name == f'rtmdl {executor}']


def check_sums(bench):
    for task in bench.runtime.statistics().tasks:
        ends = task.on_time + task.late + task.superseded + task.discarded + task.failed
        assert (task.in_flight, task.released) == (0, ends)
    assert bench.reports.empty()


def wait_for(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize(('kind', 'executor'), [(LANE, 'lane0'), (CPU, 'cpu0')])
def test_a_hung_executor_is_replaced_and_other_jobs_go_on(bench, gate, kind, executor, messages):
    bench.runtime.add_task(chain('a', kind), [gate])
    bench.runtime.add_task(chain('b', CPU, LANE), [nothing, nothing])
    bench.runtime.start()
    hung = bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    other = bench.release('b')  # it needs the executor that hangs
    reports = {report.job_id: report for report in bench.wait(2)}
    detail = f'stage s0 did not return within 0.2 s; {executor} was replaced'
    assert (reports[hung].outcome, reports[hung].detail) == (Outcome.FAILED, detail)
    (span,) = reports[hung].spans
    assert span.executor == executor and span.duration_ns >= LIMIT_S * 1e9
    assert reports[other].outcome is Outcome.ON_TIME
    assert [span.executor for span in reports[other].spans] == ['cpu0', 'lane0']
    wait_for(messages)
    assert messages() == [('ERROR', f'task a: {detail}')]
    assert len(threads(executor)) == 2
    gate.open.set()
    wait_for(lambda: len(threads(executor)) == 1)
    check_sums(bench)


def test_the_task_fails_at_once_until_the_call_returns(bench, gate, messages):
    ran = []
    bench.runtime.add_task(chain('a', CPU, LANE, CPU), [ran.append, gate, nothing])
    bench.runtime.start()
    hung = bench.release('a', 'first')
    bench.wait()
    for payload in ('second', 'third'):
        bench.release('a', payload)
        (report,) = bench.wait()
        detail = f'stage s1 still hangs in job {hung}'
        assert (report.outcome, report.detail) == (Outcome.FAILED, detail)
        assert [span.stage for span in report.spans] == ['s0']
    assert ran == ['first', 'second', 'third']
    assert len(threads('lane0')) == 2, 'threads pile up'
    gate.open.set()
    wait_for(lambda: len(messages()) == 2)
    bench.release('a')
    assert bench.wait()[0].outcome is Outcome.ON_TIME
    wait_for(lambda: len(threads('lane0')) == 1)
    level, text = messages()[1]
    assert level == 'INFO'
    assert text.startswith(f'task a: stage s1 returned in job {hung} after ')
    assert text.endswith(' s; it is served again')
    assert (bench.task('a').failed, bench.task('a').on_time) == (3, 1)
    check_sums(bench)


def test_a_late_exception_fails_nothing_else(bench, gate, messages):
    def broken(payload):
        gate(payload)
        raise ValueError('too late')

    bench.runtime.add_task(chain('a', LANE), [broken])
    bench.runtime.start()
    bench.release('a')
    bench.wait()
    wait_for(messages)
    gate.open.set()
    wait_for(lambda: len(messages()) == 2)
    assert messages()[1][0] == 'INFO'
    assert ' stage s0 raised ValueError: too late in job 0 after ' in messages()[1][1]
    check_sums(bench)


def test_jobs_that_waited_behind_a_hung_stage_end_too(bench, gate):
    bench.runtime.add_task(chain('a', CPU, LANE), [nothing, gate])
    bench.runtime.add_task(chain('b', LANE), [nothing])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    for _ in range(3):
        bench.runtime.release_all({'a': None, 'b': None}, time.monotonic_ns())
    bench.wait(7)
    assert bench.task('b').on_time == 1 and bench.task('b').superseded == 2
    assert bench.task('a').failed + bench.task('a').superseded == 4
    check_sums(bench)


def test_stop_does_not_wait_for_replaced_threads(bench, gate):
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a')
    bench.wait()
    (hung, _) = threads('lane0')
    begin = time.monotonic()
    bench.runtime.stop(PATIENCE_S)
    assert time.monotonic() - begin < PATIENCE_S / 2
    assert threads('lane0') == [hung]
    gate.open.set()
    hung.join(PATIENCE_S)
    assert not hung.is_alive()
    check_sums(bench)


def test_while_no_thread_can_be_had_jobs_fail_and_then_go_on(bench, gate, monkeypatch):
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.add_task(chain('b', CPU, LANE), [nothing, nothing])
    bench.runtime.start()
    with monkeypatch.context() as patch:
        refuse = RuntimeError("can't start new thread")
        patch.setattr(threading.Thread, 'start', Mock(side_effect=refuse))
        bench.release('a')
        bench.wait(1)
        bench.release('b')
        (report,) = bench.wait(1)
    detail = "lane0 was replaced and has no thread: RuntimeError: can't start new thread"
    assert (report.outcome, report.detail) == (Outcome.FAILED, detail)
    bench.release('b')
    (report,) = bench.wait(1)
    assert report.outcome is Outcome.ON_TIME
    gate.open.set()
    bench.runtime.stop(PATIENCE_S)
    check_sums(bench)


def test_what_hangs_when_stopped_is_up_to_the_stop(bench, gate, messages):
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.runtime.stop(2 * LIMIT_S)
    detail = 'stage s0 did not return within 0.4 s of the stop'
    (report,) = bench.wait()
    assert (report.detail, [span.stage for span in report.spans]) == (detail, ['s0'])
    assert messages() == [('ERROR', f'task a: {detail}; its thread is abandoned')]
    assert len(threads('lane0')) == 1, 'replaced while it was stopped'
    check_sums(bench)


def test_each_of_two_lanes_is_replaced():
    gates = [Gate(), Gate()]
    bench = Bench(lanes=2, packing=Packing.GREEDY, hang_limit_s=LIMIT_S)
    for name, gate in zip('ab', gates, strict=True):
        bench.runtime.add_task(chain(name, LANE), [gate])
    bench.runtime.add_task(chain('c', LANE), [nothing])
    bench.runtime.start()
    for name, gate in zip('ab', gates, strict=True):
        bench.release(name)
        assert gate.begun.wait(PATIENCE_S)
        time.sleep(LIMIT_S / 4)
    details = {report.detail[-18:] for report in bench.wait(2)}
    assert details == {'lane0 was replaced', 'lane1 was replaced'}
    bench.release('c')
    assert bench.wait()[0].outcome is Outcome.ON_TIME
    for gate in gates:
        gate.open.set()
    bench.runtime.stop(PATIENCE_S)
    check_sums(bench)


def test_a_job_whose_answer_is_on_its_way_does_not_fail(gate, messages):
    asked = []

    def gives_up(task, payload):
        asked.append((task, payload))
        return False

    bench = Bench(hang_limit_s=LIMIT_S, gives_up=gives_up)
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a', 'first')
    wait_for(lambda: asked)
    gate.open.set()
    (report,) = bench.wait()
    assert (report.outcome, asked, messages()) == (Outcome.ON_TIME, [('a', 'first')], [])
    bench.runtime.stop(PATIENCE_S)
    check_sums(bench)


def test_it_fails_when_that_hangs_too(gate):
    bench = Bench(hang_limit_s=LIMIT_S, gives_up=lambda task, payload: False)
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a')
    (report,) = bench.wait()
    assert report.detail == 'stage s0 did not return within 0.4 s; lane0 was replaced'
    assert report.spans[0].duration_ns >= 2 * LIMIT_S * 1e9
    gate.open.set()
    bench.runtime.stop(PATIENCE_S)
    check_sums(bench)


def test_what_hangs_at_the_end_is_not_to_answer_any_more(gate):
    asked = []
    bench = Bench(gives_up=lambda task, payload: asked.append((task, payload)) is None)
    bench.runtime.add_task(chain('a', LANE), [gate])
    bench.runtime.start()
    bench.release('a', 'first')
    assert gate.begun.wait(PATIENCE_S)
    bench.runtime.stop(0.0)
    (report,) = bench.wait()
    assert (report.outcome, asked) == (Outcome.FAILED, [('a', 'first')])
    gate.open.set()


def test_stages_within_the_limit_are_left_alone(bench, messages):
    bench.runtime.add_task(chain('a', CPU, LANE), [nothing, lambda p: time.sleep(0.01)])
    bench.runtime.start()
    for _ in range(40):  # for longer than the limit
        bench.release('a')
        assert bench.wait()[0].outcome is Outcome.ON_TIME
    assert messages() == []


def test_a_limit_must_be_above_0():
    with pytest.raises(ValueError, match='hang_limit_s is 0; it must be above 0'):
        Bench(hang_limit_s=0)


def test_the_timer_is_asked_once_for_all_that_run():
    asked = []
    watchdog = Watchdog(1e-6, asked.append)
    calls = [StageCall(job, 'a', '', job, f's{job}', nothing, '', None) for job in range(3)]
    watchdog.begin('cpu0', calls[0], 100)
    watchdog.begin('lane0', calls[1], 200)
    assert watchdog.end('cpu0', calls[0])
    watchdog.begin('cpu0', calls[2], 300)
    assert asked == [1100]
    assert watchdog.give_up(1199) == []
    watchdog.plan_wake()
    assert asked == [1100, 1200]
    (hung,) = watchdog.give_up(1200)
    assert hung.call is calls[1] and [call for call, _ in watchdog.running(10)] == [calls[2]]
    assert watchdog.refusal(calls[1]) == 'stage s1 still hangs in job 1'
    assert watchdog.refusal(calls[2]) is None
    assert not watchdog.end('lane0', calls[1])
    assert watchdog.refusal(calls[1]) is None


def test_a_call_that_is_not_given_up_is_due_after_those_that_began_since():
    asked = []
    watchdog = Watchdog(1e-6, asked.append)
    calls = [StageCall(job, 'a', '', job, f's{job}', nothing, '', job) for job in range(2)]
    watchdog.begin('cpu0', calls[0], 100)
    watchdog.begin('lane0', calls[1], 1000)
    assert watchdog.give_up(1150, lambda task, payload: payload != 0) == []
    watchdog.plan_wake()
    assert asked == [1100, 2000]
    (hung,) = watchdog.give_up(2000)
    assert hung.call is calls[1]
    assert watchdog.give_up(2149) == []
    (hung,) = watchdog.give_up(2150, lambda task, payload: False)
    assert (hung.call, hung.span.start_ns, hung.span.end_ns) == (calls[0], 100, 2150)


def test_what_variants_have_in_common_is_not_called_again_while_it_hangs():
    watchdog = Watchdog(1.0, lambda time_ns: None)
    watchdog.begin('cpu0', StageCall(0, 'a', 'small', 1, 'net', nothing, 'detector', None), 0)
    assert len(watchdog.give_up(2_000_000_000)) == 1
    other = len
    told = 'stage net still hangs in job 0'
    assert watchdog.refusal(StageCall(1, 'a', 'small', 1, 'net', other, '', None)) == told
    assert watchdog.refusal(StageCall(1, 'a', 'large', 1, 'net', nothing, '', None)) == told
    assert watchdog.refusal(StageCall(1, 'a', 'large', 3, 'net', other, 'detector', None)) == told
    assert watchdog.refusal(StageCall(1, 'a', 'large', 1, 'net', other, 'larger', None)) is None
    assert watchdog.refusal(StageCall(1, 'b', 'small', 1, 'net', nothing, 'detector', None)) is None
