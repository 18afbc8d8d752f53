# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Slow-downs of calls whose effect on each other is known."""

import threading
import time

import pytest
from known_pipeline import FRAME, SCORES, KnownPipeline

from rtmdl_ros.profiling.slow_downs import measured_slow_downs, pairs_of, segment_calls


def test_calls_that_exclude_each_other_slow_each_other_down():
    lock = threading.Lock()

    def exclusive():
        with lock:
            time.sleep(0.004)
        time.sleep(0.0005)  # lets the other thread have the lock

    slow_downs = measured_slow_downs({'a': exclusive, 'free': lambda: time.sleep(0.004)}, runs=5)
    assert set(slow_downs.factors) == {
        ('a', 'a'), ('a', 'free'), ('free', 'a'), ('free', 'free')
    }  # fmt: skip
    assert slow_downs.factor('a', 'a') > 1.3
    assert all(factor >= 1.0 for factor in slow_downs.factors.values())


def test_progress_counts_the_pairs():
    done = []
    measured_slow_downs(dict.fromkeys('abc', lambda: None), done.append, runs=1)
    assert done == [1, 2, 3, 4, 5, 6]
    assert pairs_of(3) == 6


def test_both_run_until_each_has_run_often_enough():
    counts = {'slow': 0, 'fast': 0}

    def slow():
        counts['slow'] += 1
        time.sleep(0.01)

    def fast():
        counts['fast'] += 1
        time.sleep(0.001)

    measured_slow_downs({'slow': slow, 'fast': fast}, runs=3)
    # Alone three, beside itself twice three or more, beside the other three or more.
    assert counts['slow'] >= 12
    assert counts['fast'] > 12


def test_an_error_ends_both_and_comes_out():
    def broken():
        if threading.current_thread() is not threading.main_thread():
            raise OSError('gone')
        time.sleep(0.001)

    with pytest.raises(OSError, match='gone'):
        measured_slow_downs({'a': broken}, runs=1)
    assert threading.active_count() == 1


def test_every_segment_of_the_pipelines_can_be_called():
    pipelines = [KnownPipeline(SCORES), KnownPipeline(SCORES)]
    calls = segment_calls(pipelines, FRAME)
    assert list(calls) == ['n/1of1', 'm/1of1']
    before = len(pipelines[1].named)
    calls['m/1of1']()
    calls['m/1of1']()
    assert len(pipelines[1].named) == before + 2
