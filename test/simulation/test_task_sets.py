# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random task sets keep what they promise."""

from random import Random

import pytest

from rtmdl_ros.simulation.task_sets import random_slow_downs, random_task_set, uunifast_discard
from rtmdl_ros.workload.records import Resource


@pytest.mark.parametrize('tasks', [1, 2, 5, 20])
def test_uunifast_reaches_the_sum_within_the_limit(tasks):
    for seed in range(50):
        shares = uunifast_discard(Random(seed), tasks, 0.6 * tasks**0.5, 0.9)
        assert len(shares) == tasks
        assert sum(shares) == pytest.approx(0.6 * tasks**0.5)
        assert all(0.0 <= share <= 0.9 for share in shares)


def test_uunifast_treats_all_tasks_alike():
    rng = Random(1)
    vectors = [uunifast_discard(rng, 4, 1.0, 1.0) for _ in range(4000)]
    for shares in zip(*vectors, strict=True):
        assert sum(shares) / 4000 == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ('tasks', 'utilization', 'words'),
    [
        (0, 1.0, 'tasks is 0'),
        (2, 0.0, 'utilization is 0'),
        (2, float('nan'), 'utilization is nan'),
        (2, 2.5, '2 tasks do not reach a utilization of 2.5'),
        (30, 29.9, '30 tasks do not reach'),
    ],
)
def test_impossible_utilizations_are_refused(tasks, utilization, words):
    with pytest.raises(ValueError, match=words):
        uunifast_discard(Random(0), tasks, utilization, 1.0)


@pytest.mark.parametrize('seed', range(20))
def test_a_random_task_set_is_as_described(seed):
    tasks = random_task_set(seed, 7, 2.0)
    total = 0.0
    segments = []
    for each in tasks:
        task = each.task
        assert 10_000_000 <= task.period_ns <= 100_000_000
        assert 0.6 * task.period_ns - 1 <= task.deadline_ns <= task.period_ns
        assert 0 <= each.offset_ns < task.period_ns
        kinds = [stage.resource for stage in task.stages]
        assert kinds[0] is kinds[-1] is Resource.CPU
        assert 1 <= len(kinds) - 2 <= 3 and set(kinds[1:-1]) == {Resource.ACCELERATOR}
        for stage, samples in zip(task.stages, each.times, strict=True):
            assert samples == (stage.worst_ns,) == (stage.optimistic_ns,)
        chain_ns = sum(stage.worst_ns for stage in task.stages)
        assert chain_ns <= task.deadline_ns
        total += chain_ns / task.period_ns
        segments += [stage.segment for stage in task.stages[1:-1]]
    assert total == pytest.approx(2.0, rel=1e-5)
    assert len(set(segments)) == len(segments)
    by_urgency = sorted(tasks, key=lambda each: -each.task.priority)
    deadlines = [each.task.deadline_ns for each in by_urgency]
    assert deadlines == sorted(deadlines)
    assert len({each.task.priority for each in tasks}) == len(tasks)
    assert tasks == random_task_set(seed, 7, 2.0)


def test_all_pairs_of_segments_slow_each_other_down():
    tasks = random_task_set(0, 4, 1.0)
    segments = [stage.segment for each in tasks for stage in each.task.stages[1:-1]]
    slow_downs = random_slow_downs(0, tasks)
    assert len(slow_downs.factors) == len(segments) ** 2
    assert all(slow_downs.known(one, other) for one in segments for other in segments)
    assert all(1.0 <= factor <= 2.0 for factor in slow_downs.factors.values())
