# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plans that make sense before any search: where it begins."""

from __future__ import annotations

from collections.abc import Iterator

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import (
    Candidate,
    deadline_monotonic,
    rate_monotonic,
)
from rtmdl_ros.planning.demand import loads
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.fitness import objective
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.scheduling.levels import affordable

#: Parts of the resources that a ladder's steps use.
_FILLED = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4)


def orders(problem: Problem) -> tuple[tuple[int, ...], ...]:
    """Return the orders to begin with, none twice."""
    return tuple(dict.fromkeys((deadline_monotonic(problem), rate_monotonic(problem))))


def ladder(problem: Problem) -> list[tuple[int, ...]]:
    """Return choices of variants, each with less load than the one before, none twice.

    From the largest variants on tasks give way where the least accuracy is lost for the time
    saved (`scheduling.levels`); the last step are the smallest variants.
    """
    tasks = loads(problem)
    shared = problem.profile.slow_downs.mean(problem.lanes)
    steps = [tuple(load.base for load in tasks)]
    for filled in _FILLED:
        capacities = problem.cpu_workers * filled, problem.lanes * filled / shared
        steps.append(affordable(tasks, *capacities))
    steps.append((0,) * len(tasks))
    return list(dict.fromkeys(steps))


def sensible(problem: Problem) -> Iterator[Candidate]:
    """Yield all of these plans: each step of the ladder in each order."""
    for variants in ladder(problem):
        for order in orders(problem):
            yield Candidate(variants, order)


def first_plan(evaluator: Evaluator, budget: Budget) -> Candidate:
    """Return the best of the sensible plans, simulating as few of them as may be.

    A step down the ladder loses accuracy, so that once all is on time no further one pays.
    """
    problem = evaluator.problem
    # The smallest variants first: something must be known if the time is up at once.
    best = Candidate((0,) * len(problem.tasks), orders(problem)[0])
    reached = objective(evaluator.fitness(best))
    for candidate in sensible(problem):
        if not budget.left():
            break
        if objective(evaluator.bound(candidate)) <= reached:
            continue
        found = objective(evaluator.fitness(candidate, reached))
        if found > reached:
            best, reached = candidate, found
    return best
