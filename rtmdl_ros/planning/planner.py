# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From demands and a profile to a plan with its explanation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.explain import reasons, remedies
from rtmdl_ros.planning.front import FrontPoint, front_of
from rtmdl_ros.planning.plan import Plan, plan_of
from rtmdl_ros.planning.problem import Problem, problem_of
from rtmdl_ros.planning.search import Found, confirming, searched, searching
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.workload.configuration import Configuration

#: Enough for some tasks of a dozen variants.
USUAL_SECONDS = 10.0


@dataclass(frozen=True)
class Planned:
    """A plan and how it came about."""

    plan: Plan
    front: tuple[FrontPoint, ...]
    found: Found


def make_plan(
    problem: Problem,
    *,
    seconds: float = USUAL_SECONDS,
    simulations: float = math.inf,
    progress: Callable[[float], None] = lambda share: None,
) -> Planned:
    """Search for a plan and explain it, within a budget (`search.search`).

    Where no plan keeps all constraints, it is the one that breaks them least. Raises ValueError
    for a budget that is not above 0.
    """
    evaluator = searching(problem)
    budget = Budget(evaluator, seconds, simulations, progress)
    found = searched(evaluator, budget)
    notes = remedies(problem, found.best, found.fitness)
    if not notes:
        notes = reasons(evaluator, confirming(problem), budget, found.best)
    plan = plan_of(problem, found.best, found.fitness, notes)
    return Planned(plan, front_of(problem, found), found)


def plan_for(
    configuration: Configuration,
    profile: Profile,
    seconds: float = USUAL_SECONDS,
    seed: int = 0,
) -> Plan:
    """Return a plan for the parameters; arguments and result can be sent to another process.

    It computes all the time; a process that has frames to answer calls it in another one. Raises
    PlanningError for demands that no plan can be made for.
    """
    return make_plan(problem_of(configuration, profile, seed=seed), seconds=seconds).plan
