# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Simulated candidates: exact numbers of small problems, and bounds that are none too small."""

import math
from dataclasses import replace
from operator import attrgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_problem import problem, task

from rtmdl_ros.planning import evaluator as evaluator_module
from rtmdl_ros.planning.bounds import bytes_above
from rtmdl_ros.planning.candidate import Candidate, deadline_monotonic
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.fitness import objective
from rtmdl_ros.planning.foreseen_misses import miss_ratios
from rtmdl_ros.planning.plan import plan_of
from rtmdl_ros.planning.random_problems import random_problem


def fitness(given_problem, *variants, order=None):
    """Return the fitness of a candidate in deadline monotonic order or another one."""
    order = order or deadline_monotonic(given_problem)
    return Evaluator(given_problem).fitness(Candidate(variants, order))


def test_one_task_on_time():
    found = fitness(problem(task('a')), 1)
    assert found.miss_ratios == (0.0,)
    assert (found.miss_ratio, found.violation, found.exact) == (0.0, 0.0, True)
    assert found.accuracy_loss == pytest.approx(1.0 - 0.7 / 0.8)
    assert objective(found) == found.on_time_accuracy == 0.7


def test_what_may_be_late_counts_as_missed():
    # Alone it ends after 10 of 11 ms.
    found = fitness(problem(task('a', 20, 11, miss_limit=0.2)), 2)
    assert found.miss_ratios == pytest.approx((math.exp(-1 / 0.5),))
    assert found.on_time_accuracy == pytest.approx(0.8 * (1.0 - math.exp(-1 / 0.5)))


def test_a_task_that_is_always_late():
    found = fitness(problem(task('a', 20, 9, miss_limit=0.25)), 2)
    assert found.miss_ratios == (1.0,)
    assert (found.on_time_accuracy, found.violation, objective(found)) == (0.0, 0.75, -0.75)


def test_means_are_weighted():
    # The first is on time; of the second, behind it on the only lane, no job is.
    tasks = problem(task('a', weight=3.0), task('b', 20, 15, miss_limit=1.0))
    found = fitness(tasks, 2, 2, order=(0, 1))
    assert found.miss_ratios == (0.0, 1.0)
    assert found.miss_ratio == 0.25
    assert found.on_time_accuracy == pytest.approx(0.75 * 0.8)
    assert found.accuracy_loss == 0.0


def test_the_order_decides_who_misses():
    tasks = problem(task('a', 20, 15), task('b', 20, 15))
    assert fitness(tasks, 2, 2, order=(0, 1)).miss_ratios == (0.0, 1.0)
    assert fitness(tasks, 2, 2, order=(1, 0)).miss_ratios == (1.0, 0.0)


def test_the_loss_is_beside_the_best_variant_even_one_that_is_not_allowed():
    assert fitness(problem(task('a', accuracy_floor=0.7)), 0).accuracy_loss == 1.0 - 0.7 / 0.8


def test_a_candidate_is_simulated_once():
    evaluator = Evaluator(problem(task('a')))
    candidate = Candidate((0,), (0,))
    assert evaluator.fitness(candidate) is evaluator.fitness(candidate)
    assert evaluator.simulations == 1.0


def test_a_hopeless_one_is_not_simulated_where_more_is_needed():
    evaluator = Evaluator(problem(task('a', 20, 9)))
    found = evaluator.fitness(Candidate((2,), (0,)), needed=0.0)
    assert (found.exact, evaluator.simulations) == (False, 0.0)
    assert objective(found) < 0.0


def test_what_has_missed_too_much_is_not_simulated_to_its_end():
    tasks = problem(task('a', 20, 15), task('b', 20, 15))
    evaluator = Evaluator(tasks, believe_test=False)
    found = evaluator.fitness(Candidate((2, 2), (0, 1)), needed=0.0)
    assert not found.exact
    assert evaluator.simulations < 0.5


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.data())
def test_bounds_are_never_too_small(seed, data):
    given_problem = random_problem(seed, 3, 4)
    variants = tuple(data.draw(st.integers(0, 3)) for _ in range(3))
    candidate = Candidate(variants, deadline_monotonic(given_problem))
    evaluator = Evaluator(given_problem, believe_test=False)
    needed = data.draw(st.sampled_from((0.0, 0.6, 0.9)))
    bound = evaluator.fitness(candidate, needed)
    whole = evaluator.fitness(candidate)
    assert objective(bound) >= objective(whole)
    assert objective(evaluator.bound(candidate)) >= objective(whole)
    if not bound.exact:
        assert objective(bound) < needed


def test_bytes_above_a_bound_are_a_violation():
    tasks = problem(task('a'), memory_bytes=2_000_000, storage_bytes=201_000)
    assert fitness(tasks, 2).violation == bytes_above(tasks, Candidate((2,), (0,))) > 0.0


@pytest.mark.parametrize('seed', [0, 1, 2, 3, 4, 5])
def test_equal_priorities_are_tried_as_they_run(seed, monkeypatch):
    """Then the job with the earlier deadline goes first, whatever the order of the candidate."""
    monkeypatch.setattr(evaluator_module, 'lateness', attrgetter('outcome.missed'))
    drawn = random_problem(seed, 3, 3, load=0.7)
    tasks = tuple(replace(each, fixed_priority=5) for each in drawn.tasks)
    equal = replace(drawn, tasks=tasks, run_time_choice=False)
    evaluator = Evaluator(equal, believe_test=False)
    candidate = Candidate((1, 1, 1), deadline_monotonic(equal))
    expected = evaluator.fitness(candidate)
    plan = plan_of(equal, candidate, expected)
    ran = miss_ratios(equal, plan, evaluator.seeds, evaluator.duration_ns)
    assert expected.miss_ratios == pytest.approx([ran[each.name].mean for each in tasks])


def test_a_task_that_comes_seldom_is_simulated_too():
    seldom = problem(task('a', 20), task('b', 60_000, 60_000, camera='r'))
    evaluator = Evaluator(seldom)
    assert evaluator._released['b'] == len(evaluator.seeds)
