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
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.planning.search import Found, confirming, searched, searching

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

    Where no plan keeps all constraints, it is the one that breaks them least. `progress` is told
    the share spent, 0 to 1. Raises ValueError for a budget that is not above 0.
    """
    evaluator, judge = searching(problem), confirming(problem)
    budget = Budget(evaluator, seconds, simulations, progress)
    found = searched(evaluator, judge, budget)
    notes = remedies(problem, found.best, found.fitness)
    if not notes:
        notes = reasons(evaluator, judge, budget, found.best)
    plan = plan_of(problem, found.best, found.fitness, notes)
    return Planned(plan, front_of(problem, found), found)
