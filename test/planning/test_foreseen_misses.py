# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What tasks will miss, as they run."""

import math
from dataclasses import replace

import pytest
from known_problem import MS, STEPS, problem, task

from rtmdl_ros.planning import foreseen_misses
from rtmdl_ros.planning.foreseen_misses import (
    Misses,
    conditions_for,
    foreseen,
    miss_ratios,
    simulated_tasks,
)
from rtmdl_ros.planning.planner import make_plan

PROBLEM = problem(task('a', 20, 17), task('b', 20, 17))
PLAN = make_plan(PROBLEM, simulations=30).plan


def test_tasks_are_simulated_as_they_run():
    first, second = simulated_tasks(PROBLEM, PLAN, 0, conditions_for(PROBLEM))
    assert set(first.variant_times) == {'small', 'medium', 'large'}
    assert first.task.base == PLAN.tasks['a'].variant
    assert first.times[1][0] == first.task.stages[1].worst_ns
    assert second.offset_ns == 0
    missed = miss_ratios(PROBLEM, PLAN, [0, 1], 1000 * MS)
    assert missed == {'a': Misses(0.0, 0.0), 'b': Misses(0.0, 0.0)}


def test_slower_stages_miss_more():
    assert foreseen(PROBLEM, PLAN, 1.0, {})['a'].mean == 0.0
    assert foreseen(PROBLEM, PLAN, 20.0, {})['a'].mean == 1.0


@pytest.mark.parametrize('seed', [19, 30])
def test_what_is_missed_already_is_not_too_much_by_rounding(seed):
    # In one of 21 runs the network takes too long; the last simulations miss nothing.
    usual = problem(task('a', 20, 20), variants=(('only', 5, 0.5),), lanes=2, seed=seed)
    (variant,) = usual.profile.functions['a']
    prepare, detect, finish = variant.stages
    seldom = replace(detect, quantiles_ns=(5 * MS,) * STEPS + (30 * MS,), worst_ns=30 * MS)
    own = replace(variant, stages=(prepare, seldom, finish))
    slow = replace(usual, profile=replace(usual.profile, functions={'a': (own,)}))
    plan = make_plan(slow, simulations=1).plan
    found = foreseen(slow, plan, 1.0, {})
    assert 0.0 < found['a'].mean < found['a'].upper
    assert foreseen(slow, plan, 1.0, {'a': found['a'].mean}) == found


def test_the_upper_bound_is_two_standard_errors_above_the_mean(monkeypatch):
    ratios = iter([0.0, 0.1] * 12)
    monkeypatch.setattr(foreseen_misses, '_simulated', lambda *arguments: {'a': next(ratios)})
    found = foreseen(PROBLEM, PLAN, 1.0, {})['a']
    # The standard deviation of 24 is 0.05 * sqrt(24 / 23), the error of their mean that / sqrt(24).
    assert found.mean == pytest.approx(0.05)
    assert found.upper == pytest.approx(0.05 + 2 * 0.05 / math.sqrt(23))


def test_the_bounds_lie_as_far_below_as_above_the_mean():
    misses = Misses(0.06, 0.08)
    assert misses.lower == pytest.approx(0.04)


def test_a_task_that_comes_seldom_does_not_make_it_long(monkeypatch):
    lengths_ns = []

    def simulated(problem, plan, seed, conditions, slowness):
        lengths_ns.append(conditions.duration_ns)
        return {'a': 0.0, 'b': 0.0}

    monkeypatch.setattr(foreseen_misses, '_simulated', simulated)
    foreseen(PROBLEM, PLAN, 1.0, {})
    assert set(lengths_ns) == {200 * MS}  # ten jobs
    lengths_ns.clear()
    foreseen(problem(task('a', 20, 17), task('b', 60_000, 17)), PLAN, 1.0, {})
    assert max(lengths_ns) < 6001 * MS  # 300 jobs of both together
