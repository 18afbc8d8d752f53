# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The search: equal to trying all, deterministic, within its bounds, never worse than its start."""

import math
from dataclasses import replace
from itertools import pairwise, product
from random import Random

import pytest
from known_problem import problem, task

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate, orders_of
from rtmdl_ros.planning.climbing import Climber
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.exact import best_of_all, is_small
from rtmdl_ros.planning.first_plans import first_plan, ladder, orders
from rtmdl_ros.planning.fitness import objective
from rtmdl_ros.planning.random_problems import random_problem
from rtmdl_ros.planning.search import search
from rtmdl_ros.workload.records import Policy


def best_by_trying_all(given_problem):
    """Return the largest objective by whole simulations of all candidates."""
    evaluator = Evaluator(given_problem, believe_test=False)
    choices = product(*(range(len(allowed)) for allowed in given_problem.allowed))
    orders_ = list(orders_of(given_problem))
    return max(
        objective(evaluator.fitness(Candidate(variants, order)))
        for variants in choices
        for order in orders_
    )


def test_the_ladder_gives_way_where_least_is_lost():
    steps = ladder(problem(task('a'), task('b', weight=5.0), task('c')))
    assert steps[0] == (2, 2, 2)
    assert steps[-1] == (0, 0, 0)
    # From large to medium the same time is saved by each; b weighs more.
    assert steps[1] in [(1, 2, 2), (2, 2, 1), (1, 2, 1)]
    for before, after in pairwise(steps):
        assert all(new <= old for old, new in zip(before, after, strict=True))


def test_orders_to_begin_with_are_none_twice():
    assert orders(problem(task('a', 20, 10), task('b', 10, 10))) == ((1, 0),)
    assert orders(problem(task('a', 20, 9), task('b', 10, 10))) == ((0, 1), (1, 0))


def test_the_largest_variants_where_they_are_on_time():
    found = search(problem(task('a', 40, 40), task('b', 40, 40)), simulations=50)
    assert found.best.variants == (2, 2)
    assert found.exact
    assert objective(found.fitness) == objective(found.searched) == 0.8


def test_one_gives_way_where_not_all_have_room():
    # Two large ones take 16 ms of a lane; 14 ms are there between first and last CPU stage.
    found = search(problem(task('a', 20, 17, weight=2.0), task('b', 20, 17)), simulations=100)
    assert found.exact
    assert found.best.variants == (2, 1)
    # b ends after 14 of 17 ms, so that it will miss now and then.
    b_on_time = 1.0 - math.exp(-3.0 / (0.05 * 14.0))
    assert objective(found.fitness) == pytest.approx((2 * 0.8 + 0.7 * b_on_time) / 3)


def test_given_priorities_and_floors_are_kept():
    tasks = problem(
        task('a', 20, 17, fixed_priority=1, accuracy_floor=0.7), task('b', 20, 17, fixed_priority=2)
    )
    found = search(tasks, simulations=100)
    assert found.best.order == (1, 0)
    assert tasks.allowed[0][found.best.variants[0]].accuracy >= 0.7


@pytest.mark.parametrize('seed', range(3))
def test_equal_to_trying_all(seed):
    given_problem = random_problem(seed, 2, 4)
    found = search(given_problem, simulations=1000)
    assert found.exact
    assert objective(found.searched) == best_by_trying_all(given_problem)


def test_equal_to_trying_all_where_no_candidate_keeps_all_constraints():
    # With the smallest variants both miss some; with the large one a misses all, but b nothing.
    uneven = problem(
        task('a', 20, 5, fixed_priority=5), task('b', 20, 9, miss_limit=0.0),
        variants=(('small', 3, 0.5), ('large', 8, 0.8)),
    )  # fmt: skip
    alike = problem(task('a', 20, 5), task('b', 20, 5), task('c', 20, 6))
    for tasks in (uneven, alike, *(_without_way_out(seed) for seed in range(40))):
        found = search(tasks, simulations=1000)
        assert found.exact
        assert objective(found.searched) == best_by_trying_all(tasks) < 0.0


def _without_way_out(seed):
    """Return a random problem whose deadlines are too short for all candidates."""
    rng = Random(seed)
    drawn = random_problem(seed, 2, 2)
    tasks = tuple(
        replace(each, deadline_ns=round(each.deadline_ns * rng.uniform(0.02, 0.2)), miss_limit=0.1)
        for each in drawn.tasks
    )
    return replace(drawn, tasks=tasks, lanes=1)


def test_many_candidates_are_searched_within_the_budget_and_alike_again():
    given_problem = random_problem(3, 6, 12)
    assert not is_small(given_problem)
    found, again = (search(given_problem, simulations=20) for _ in range(2))
    assert (found.best, found.fitness) == (again.best, again.fitness)
    assert not found.exact
    assert found.simulations < 20 + 2
    evaluator = Evaluator(given_problem)
    start = first_plan(evaluator, Budget(evaluator, simulations=20))
    assert objective(found.searched) >= objective(evaluator.fitness(start))


def test_the_confirmed_plan_keeps_its_constraints():
    found = search(random_problem(5, 4, 12), simulations=30)
    assert found.fitness.violation == 0.0


def test_climbing_ends_where_no_small_change_improves():
    tasks = problem(task('a', 20, 17, weight=2.0), task('b', 20, 17))
    evaluator = Evaluator(tasks)
    climber = Climber(evaluator, Budget(evaluator, simulations=100))
    assert climber.climb(Candidate((0, 0), (0, 1))).variants == (2, 1)


def test_an_exhausted_budget_ends_the_exact_search_early():
    given_problem = random_problem(0, 3, 12)
    evaluator = Evaluator(given_problem)
    budget = Budget(evaluator, simulations=3)
    start = first_plan(evaluator, budget)
    best, complete = best_of_all(evaluator, budget, start)
    assert not complete
    assert objective(evaluator.fitness(best)) >= objective(evaluator.fitness(start))


@pytest.mark.parametrize(
    'bounds', [{}, {'seconds': 0.0}, {'simulations': -1}, {'seconds': math.nan}]
)
def test_a_search_needs_a_budget(bounds):
    with pytest.raises(ValueError, match='a search needs seconds or simulations, above 0'):
        search(problem(task('a')), **bounds)


def test_where_the_largest_are_on_time_nothing_is_searched_for():
    many = problem(*(task(f't{n}', 200, 200) for n in range(9)))
    assert not is_small(many)
    found = search(many, seconds=1000.0)
    assert found.exact
    assert found.best.variants == (2,) * 9
    assert found.simulations < 20


def test_a_search_ends_where_no_new_candidate_is_near():
    many = problem(*(task(f't{n}') for n in range(6)), policy=Policy.EDF)
    evaluator = Evaluator(many)
    budget = Budget(evaluator, simulations=1e9)
    climber = Climber(evaluator, budget)
    best = climber.climb(first_plan(evaluator, budget))
    wandered = climber.wander(best, Random(0))
    assert objective(evaluator.fitness(wandered)) >= objective(evaluator.fitness(best))


def test_a_budget_counts_what_simulations_cost():
    first = Evaluator(problem(task('a')))
    second = Evaluator(problem(task('a')), seeds=(1, 2), duration_ns=2 * first.duration_ns)
    budget = Budget(first, simulations=10)
    budget.watch(second)
    first.simulations, second.simulations = 1.0, 2.0
    assert budget.share() == 0.9
    assert budget.left() and not budget.left(0.9)


def test_where_all_of_the_best_break_a_limit_one_that_does_not_is_found_late():
    # By their longer simulations; the budget is spent by then.
    whole = random_problem(0, 12, 6, load=4.0)
    found = search(replace(whole, tasks=whole.tasks[:2]), simulations=5)
    assert found.fitness.violation == 0.0
