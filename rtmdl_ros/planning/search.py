# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The search for the best candidate: exact where there are few, by several methods elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.climbing import Climber
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.exact import best_of_all, is_small
from rtmdl_ros.planning.first_plans import first_plan, ladder, orders, sensible
from rtmdl_ros.planning.fitness import Fitness, objective, rank
from rtmdl_ros.planning.phases import horizon_ns
from rtmdl_ros.planning.problem import Problem

#: Parts of the budget by which each method ends.
_WANDERED, _EVOLVED, _CONFIRMED = 0.65, 0.7, 0.9
#: So many of the search's best, and of the best that missed nothing, are simulated again, for
#: longer and with other seeds.
_AGAIN = 4
_FRESH_SEEDS = range(1001, 1009)


@dataclass(frozen=True)
class Found:
    """What a search found."""

    #: The chosen candidate, and what is expected of it by a simulation with other seeds and longer.
    best: Candidate
    fitness: Fitness
    #: The largest objective in the search's own simulations.
    searched: Fitness
    #: No candidate has a larger objective than `searched`, by the same simulations.
    exact: bool
    #: All candidates that were simulated to the end, as the search saw them.
    known: Mapping[Candidate, Fitness]
    #: How many candidates could have been simulated in the time.
    simulations: float


def search(
    problem: Problem,
    *,
    seconds: float = math.inf,
    simulations: float = math.inf,
) -> Found:
    """Search for the candidate of largest objective until a budget is spent or nothing is left.

    `simulations` counts candidates of the search; with it alone, the result depends on nothing but
    the problem. Raises ValueError for a budget that is not above 0, or none at all.
    """
    evaluator = searching(problem)
    budget = Budget(evaluator, seconds, simulations)
    return searched(evaluator, confirming(problem), budget)


def searching(problem: Problem) -> Evaluator:
    """Return what the candidates of a search are simulated with."""
    return Evaluator(problem)


def searched(evaluator: Evaluator, judge: Evaluator, budget: Budget) -> Found:
    """Do as `search` with evaluators from `searching` and `confirming`, to be asked more of."""
    problem = evaluator.problem
    budget.watch(judge)
    best = first_plan(evaluator, budget)
    best = Climber(evaluator, budget).climb(best, _WANDERED)
    complete = False
    if is_small(problem):
        best, complete = best_of_all(evaluator, budget, best, _EVOLVED)
    for variants in ladder(problem):  # for the front, which no search of one number needs
        if budget.left(_EVOLVED):
            evaluator.fitness(Candidate(variants, orders(problem)[0]))
    if not complete:
        complete = _nothing_is_better(evaluator, best)
    if not complete:
        best = _searched_on(evaluator, budget, best)
    reached = evaluator.fitness(best)
    chosen, fitness = _confirmed(evaluator, judge, budget)
    return Found(chosen, fitness, reached, complete, dict(evaluator.known), evaluator.simulations)


def _nothing_is_better(evaluator: Evaluator, best: Candidate) -> bool:
    """Tell whether a candidate reaches what the largest variants do if nothing is missed."""
    reached = evaluator.fitness(best)
    largest = tuple(len(variants) - 1 for variants in evaluator.problem.allowed)
    most = evaluator.bound(Candidate(largest, best.order)).on_time_accuracy
    return reached.violation <= 0.0 and reached.on_time_accuracy >= most


def confirming(problem: Problem) -> Evaluator:
    """Return what decides between the candidates of a search: longer, with other seeds."""
    seeds = [problem.seed + fresh for fresh in _FRESH_SEEDS]
    return Evaluator(
        problem, seeds=seeds, duration_ns=horizon_ns(problem) // 2, believe_test=False
    )


def _searched_on(evaluator: Evaluator, budget: Budget, best: Candidate) -> Candidate:
    # pymoo takes a second to import, which small problems need not wait for.
    from rtmdl_ros.planning.genetic import evolve

    problem = evaluator.problem
    climber = Climber(evaluator, budget)
    best = climber.wander(best, Random(problem.seed), _WANDERED)
    start = [best, *(Candidate(v, order) for v in ladder(problem) for order in orders(problem))]
    evolve(evaluator, budget, list(dict.fromkeys(start)), _EVOLVED)
    return climber.climb(_ranked(evaluator)[0], _EVOLVED)


def _ranked(evaluator: Evaluator) -> list[Candidate]:
    """Return what is known, the best first."""
    known = evaluator.known
    return sorted(known, key=lambda candidate: rank(known[candidate]), reverse=True)


def _confirmed(
    evaluator: Evaluator, judge: Evaluator, budget: Budget
) -> tuple[Candidate, Fitness]:
    """Return the best candidate by longer simulations with other seeds.

    Where all of the search's best break a constraint there, one that does not is climbed on from.
    """
    best: tuple[Candidate, Fitness] | None = None
    for candidate in _worth_confirming(evaluator):
        hope = rank(evaluator.known[candidate])
        if best is not None and (not budget.left(_CONFIRMED) or rank(best[1]) >= hope):
            break
        fitness = judge.fitness(candidate, -math.inf if best is None else objective(best[1]))
        if best is None or (fitness.exact and rank(fitness) > rank(best[1])):
            best = candidate, fitness
    assert best is not None
    if best[1].violation > 0.0:
        best = _from_below(judge, budget, best)
    return best


def _from_below(
    judge: Evaluator, budget: Budget, best: tuple[Candidate, Fitness]
) -> tuple[Candidate, Fitness]:
    """Return what is climbed to from the first sensible plan that keeps all constraints."""
    # Also when the budget is spent: nothing so far keeps all constraints.
    for candidate in sensible(judge.problem):
        fitness = judge.fitness(candidate, 0.0)
        if fitness.exact and fitness.violation <= 0.0:
            best = candidate, fitness
            break
    candidate = Climber(judge, budget).climb(best[0], _CONFIRMED)
    return candidate, judge.fitness(candidate)


def _worth_confirming(evaluator: Evaluator) -> list[Candidate]:
    ranked = _ranked(evaluator)
    # The very best is often at the edge of what is possible, and over it with other seeds.
    safe = [candidate for candidate in ranked if evaluator.known[candidate].miss_ratio <= 0.0]
    chosen = {*ranked[:_AGAIN], *safe[:_AGAIN]}
    return [candidate for candidate in ranked if candidate in chosen]
