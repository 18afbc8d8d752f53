# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What may change while all tasks run, found out before anybody asks.

Whoever changes a deadline of a running node or enables a task wants to know at once whether it is
admitted, and a simulation takes seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rtmdl_ros.planning.admission import admit
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.planning.problem import PlannedTask, Problem

#: Halvings of the span between what is surely too short and the deadline of now.
_HALVINGS = 5


@dataclass(frozen=True)
class DeadlineLimit:
    """The shortest deadline in nanoseconds that a task is admitted with, and what forbids less."""

    least_ns: int
    reason: str


def deadline_limits(problem: Problem, plan: Plan) -> Mapping[str, DeadlineLimit]:
    """Return the limit of each task beside the others as they are, by name: seconds of work.

    Where not even the deadline of now would be admitted, that is the limit.
    """
    return {task.name: _limit(problem, plan, task) for task in problem.tasks}


def refusals(problem: Problem, plan: Plan, resting: Iterable[PlannedTask]) -> Mapping[str, str]:
    """Return why each of some tasks is not admitted beside those that run, by name; '': it is."""
    answers = {task.name: admit(problem, plan, task) for task in resting}
    return {name: '' if each.admitted else each.reason for name, each in answers.items()}


def _limit(problem: Problem, plan: Plan, task: PlannedTask) -> DeadlineLimit:
    quickest = min(
        sum(stage.quantiles_ns[0] for stage in variant.stages)
        for variant in problem.profile.functions[task.function]
    )
    refused_ns, admitted_ns = min(quickest, task.deadline_ns), task.deadline_ns
    reason = f'{task.name} takes {refused_ns / 1e6:.1f} ms at best'
    for _ in range(_HALVINGS):
        tried_ns = (refused_ns + admitted_ns) // 2
        answer = admit(problem, plan, replace(task, deadline_ns=tried_ns))
        if answer.admitted:
            admitted_ns = tried_ns
        else:
            refused_ns, reason = tried_ns, answer.reason
    return DeadlineLimit(admitted_ns, reason)
