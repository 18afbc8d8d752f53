# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What may change while all tasks run, found out before anybody asks.

Whoever changes a deadline of a running node or enables a task wants to know at once whether it is
admitted, and a simulation takes seconds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rtmdl_ros.planning.admission import Admission, admit
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.workload.units import NS_PER_MS

#: Halvings of the span between what is surely too short and the deadline of now, by ratio: that
#: may be of seconds, and the limit of milliseconds.
_HALVINGS = 5
#: Nobody asks for less (`TaskParameters.deadline_ms`).
_LEAST_NS = NS_PER_MS


@dataclass(frozen=True)
class DeadlineLimit:
    """The shortest deadline in nanoseconds that a task is admitted with, and what forbids less."""

    least_ns: int
    reason: str
    #: What all have to run by from then on; None: as they do.
    plan: Plan | None = None


@dataclass(frozen=True)
class _Span:
    """A deadline that is refused, one that is admitted, and why the first is not."""

    refused_ns: int
    admitted_ns: int
    reason: str
    #: Of the deadline that is admitted.
    plan: Plan | None = None


def deadline_limits(
    problem: Problem, plan: Plan, seconds: float = math.inf, *, keep_plan: bool = False
) -> Mapping[str, DeadlineLimit]:
    """Return the limit of each task beside the others as they are, by name; see `admit`.

    Where not even the deadline of now would be admitted, that is the limit. With many tasks this
    takes minutes of computing: after some seconds of it limits stay higher than they might be.
    """
    end_s = time.process_time() + seconds
    spans = {task.name: _first_span(problem, task) for task in problem.tasks}
    for _ in range(_HALVINGS):
        for task in problem.tasks:
            if time.process_time() < end_s:
                spans[task.name] = _halved(problem, plan, task, spans[task.name], keep_plan)
    return {
        name: DeadlineLimit(span.admitted_ns, span.reason, span.plan)
        for name, span in spans.items()
    }


def admissions(
    problem: Problem, plan: Plan, resting: Iterable[PlannedTask], *, keep_plan: bool = False
) -> Mapping[str, Admission]:
    """Return what each of some tasks is answered that asks to run beside the others, by name.

    With `keep_plan` as `plan` has it, which then has the resting ones, too; see `admit`.
    """
    return {task.name: admit(problem, plan, task, keep_plan=keep_plan) for task in resting}


def _first_span(problem: Problem, task: PlannedTask) -> _Span:
    quickest_ns = min(
        sum(stage.quantiles_ns[0] for stage in variant.stages)
        for variant in problem.profile.functions[task.function]
    )
    quickest_ms = quickest_ns / NS_PER_MS
    reason = f'{task.name} takes {quickest_ms:.1f} ms at best; nothing between was simulated'
    return _Span(
        min(max(quickest_ns, _LEAST_NS), task.deadline_ns), task.deadline_ns, reason
    )


def _halved(
    problem: Problem, plan: Plan, task: PlannedTask, span: _Span, keep_plan: bool
) -> _Span:
    tried_ns = math.isqrt(span.refused_ns * span.admitted_ns)
    answer = admit(problem, plan, replace(task, deadline_ns=tried_ns), keep_plan=keep_plan)
    if answer.admitted:
        return replace(span, admitted_ns=tried_ns, plan=None if keep_plan else answer.plan)
    return replace(span, refused_ns=tried_ns, reason=answer.reason)
