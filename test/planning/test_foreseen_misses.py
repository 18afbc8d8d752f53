# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What tasks will miss, as they run."""

import pytest
from known_problem import MS, problem, task

from rtmdl_ros.planning import foreseen_misses
from rtmdl_ros.planning.foreseen_misses import Misses, foreseen, miss_ratios, simulated_tasks
from rtmdl_ros.planning.planner import make_plan

PROBLEM = problem(task('a', 20, 17), task('b', 20, 17))
PLAN = make_plan(PROBLEM, simulations=30).plan


def test_tasks_are_simulated_as_they_run():
    first, second = simulated_tasks(PROBLEM, PLAN, 0, 1000 * MS)
    assert set(first.variant_times) == {'small', 'medium', 'large'}
    assert first.task.base == PLAN.tasks['a'].variant
    assert first.times[1][0] == first.task.stages[1].worst_ns
    assert second.offset_ns == 0
    missed = miss_ratios(PROBLEM, PLAN, [0, 1], 1000 * MS)
    assert missed == {'a': Misses(0.0, 0.0), 'b': Misses(0.0, 0.0)}


def test_slower_stages_miss_more():
    assert foreseen(PROBLEM, PLAN, 1.0, {})['a'].mean == 0.0
    assert foreseen(PROBLEM, PLAN, 20.0, {})['a'].mean == 1.0


def test_the_bounds_lie_as_far_below_as_above_the_mean():
    misses = Misses(0.06, 0.08)
    assert misses.lower == pytest.approx(0.04)


def test_a_task_that_comes_seldom_does_not_make_it_long(monkeypatch):
    lengths_ns = []

    def simulated(problem, plan, seed, duration_ns, slowness):
        lengths_ns.append(duration_ns)
        return {'a': 0.0, 'b': 0.0}

    monkeypatch.setattr(foreseen_misses, '_simulated', simulated)
    foreseen(PROBLEM, PLAN, 1.0, {})
    assert set(lengths_ns) == {200 * MS}  # ten jobs
    lengths_ns.clear()
    foreseen(problem(task('a', 20, 17), task('b', 60_000, 17)), PLAN, 1.0, {})
    assert max(lengths_ns) < 6001 * MS  # 300 jobs of both together
