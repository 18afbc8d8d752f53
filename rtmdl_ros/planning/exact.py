# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All candidates of a small problem, so that the best one is known to be it."""

from __future__ import annotations

from itertools import product

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate, number_of_candidates, orders_of
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.fitness import objective, rank
from rtmdl_ros.planning.problem import Problem

#: 3 tasks of 12 variants are 10 368; most of them need no simulation.
_MOST_CANDIDATES = 20_000


def is_small(problem: Problem) -> bool:
    """Tell whether all candidates may be looked at."""
    return number_of_candidates(problem) <= _MOST_CANDIDATES


def best_of_all(
    evaluator: Evaluator, budget: Budget, start: Candidate, part: float = 1.0
) -> tuple[Candidate, bool]:
    """Return the candidate of largest objective, and True if the budget lasted for all.

    `start` is one that is known to be good. Candidates come in the order of what they reach if
    nothing is missed: once that is not above what was found, no later one can be better (branch
    and bound), so that the result is that of simulating each of them.
    """
    problem = evaluator.problem
    orders = list(orders_of(problem))
    best, reached = start, evaluator.fitness(start)
    bounds = []
    for variants in product(*(range(len(allowed)) for allowed in problem.allowed)):
        bound = evaluator.bound(Candidate(variants, orders[0]))
        bounds.append((objective(bound), variants))
    bounds.sort(reverse=True)
    for most, variants in bounds:
        if most < objective(reached):
            break
        for order in orders:
            if not budget.left(part):
                return best, False
            if most <= objective(reached):
                break  # equal to the best: nothing to gain
            candidate = Candidate(variants, order)
            fitness = evaluator.fitness(candidate, objective(reached))
            if fitness.exact and rank(fitness) > rank(reached):
                best, reached = candidate, fitness
    return best, True
