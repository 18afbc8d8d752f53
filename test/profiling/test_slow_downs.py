# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Slow-downs of calls whose effect on each other is known."""

import threading
import time
from dataclasses import replace

import pytest
from known_pipeline import FRAME, MS, SCORES, KnownPipeline

from rtmdl_ros.profiling.slow_downs import network_calls, pair_factors
from rtmdl_ros.profiling.stage_times import full_scene


def test_calls_that_exclude_each_other_slow_each_other_down():
    lock = threading.Lock()

    def exclusive():
        with lock:
            time.sleep(0.004)
        time.sleep(0.0005)  # lets the other thread have the lock

    calls = {'a': exclusive, 'free': lambda: time.sleep(0.004)}
    assert pair_factors(calls, ('a', 'a'), 5, time.perf_counter_ns)['a', 'a'] > 1.3
    factors = pair_factors(calls, ('a', 'free'), 5, time.perf_counter_ns)
    assert set(factors) == {('a', 'free'), ('free', 'a')}
    assert all(factor >= 1.0 for factor in factors.values())


def test_both_run_until_each_has_run_often_enough():
    counts = {'slow': 0, 'fast': 0}

    def slow():
        counts['slow'] += 1
        time.sleep(0.01)

    def fast():
        counts['fast'] += 1
        time.sleep(0.001)

    pair_factors({'slow': slow, 'fast': fast}, ('slow', 'fast'), runs=3)
    # Alone three or more, beside the other three or more.
    assert counts['slow'] >= 6
    assert counts['fast'] > 2 * counts['slow']


def test_an_error_ends_both_and_comes_out():
    def broken():
        if threading.current_thread() is not threading.main_thread():
            raise OSError('gone')
        time.sleep(0.001)

    with pytest.raises(OSError, match='gone'):
        pair_factors({'a': broken}, ('a', 'a'), runs=1)
    assert threading.active_count() == 1


class SteppingClock:
    """A clock that each thread reads as what its own calls have used up."""

    def __init__(self):
        self._own = threading.local()

    def __call__(self):
        return getattr(self._own, 'now_ns', 0)

    def spend(self, ns):
        self._own.now_ns = self() + ns


def spending(clock, alone_ms, beside_ms):
    """Return a call that takes so long on a clock, alone and beside another."""

    def spend():
        clock.spend(alone_ms * MS if threading.active_count() == 1 else beside_ms * MS)
        time.sleep(0.0001)

    return spend


def test_a_factor_is_the_time_beside_the_other_by_the_time_alone():
    clock = SteppingClock()
    calls = {
        'a': spending(clock, 2, 3), 'b': spending(clock, 10, 11), 'c': spending(clock, 4, 3)
    }  # fmt: skip
    assert pair_factors(calls, ('a', 'b'), 3, clock) == {('a', 'b'): 1.5, ('b', 'a'): 1.1}
    assert pair_factors(calls, ('b', 'c'), 3, clock)['c', 'b'] == 1.0, 'none is quicker'
    assert pair_factors(calls, ('a', 'a'), 3, clock) == {('a', 'a'): 1.5}


@pytest.mark.parametrize(
    ('cores', 'clock_name'), [((3,), 'perf_counter_ns'), ((0, 1), 'thread_time_ns')]
)
def test_the_clock_counts_on_one_core_and_processor_time_on_more(monkeypatch, cores, clock_name):
    monkeypatch.setattr('rtmdl_ros.profiling.slow_downs.usable_cores', lambda: cores)
    clock = SteppingClock()
    monkeypatch.setattr(time, clock_name, clock)
    assert pair_factors({'a': spending(clock, 2, 3)}, ('a', 'a'), 2) == {('a', 'a'): 1.5}


def test_a_network_of_all_pipelines_can_be_called():
    pipelines = [KnownPipeline(SCORES), KnownPipeline(SCORES)]
    calls = network_calls(full_scene(pipeline, FRAME) for pipeline in pipelines)
    assert list(calls) == ['n/small', 'm/small']
    before = len(pipelines[1].named)
    calls['m/small']()
    calls['m/small']()
    assert len(pipelines[1].named) == before + 2


def test_all_segments_of_a_network_run():
    pipeline = KnownPipeline(SCORES)
    net, *rest = pipeline.stages
    ran = []

    def segment(number):
        return replace(net, run=lambda work: ran.append(number) or net.run(work))

    pipeline.stages = (segment(1), segment(2), *rest)
    call = network_calls([full_scene(pipeline, FRAME)])['n/small']
    ran.clear()
    call()
    assert ran == [1, 2]
