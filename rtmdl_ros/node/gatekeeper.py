# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which changes at run time other tasks would pay for, by the last plan (docs/scheduling.md)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from rtmdl_ros.node.replanning import Answer
from rtmdl_ros.planning.admission import Admission
from rtmdl_ros.planning.limits import DeadlineLimit
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.planning.problem import planned_task
from rtmdl_ros.workload.parameters import TaskParameters
from rtmdl_ros.workload.units import NS_PER_MS

Tasks = Mapping[str, TaskParameters]


class Gatekeeper:
    """Answers at once: what it needs was simulated in the background, when the plan was made."""

    def __init__(self, tasks: Tasks) -> None:
        """Begin with the tasks of the start: those that are enabled run together."""
        self._demands = {name: planned_task(name, task) for name, task in tasks.items()}
        self._planned = _enabled(tasks)
        #: Whether all of them keep their limits together, as far as is known.
        self._feasible = True
        self._limits: Mapping[str, DeadlineLimit] = {}
        self._admissions: Mapping[str, Admission] = {}

    def learn(self, answer: Answer) -> None:
        """Go by another plan from now on."""
        self._demands = {task.name: task for task in answer.demands}
        self._planned = frozenset(answer.plan.tasks)
        self._feasible = answer.plan.feasible
        self._limits = answer.limits
        self._admissions = answer.admissions

    def objection(self, before: Tasks, after: Tasks) -> str:
        """Return which change goes too far, and what it would do; '' if none does."""
        for name, task in after.items():
            if _enables(before[name], task):
                objection = self._to_enabling(name, after)
            elif _tightens(before[name], task):
                objection = self._to_deadline(name, after)
            else:
                continue
            if objection:
                return objection
        return ''

    def plan_for(self, name: str, before: TaskParameters, after: TaskParameters) -> Plan | None:
        """Return what a change of a task was admitted by; None: it was not asked for, or as it is.

        Until there is a new plan all have to run by that one.
        """
        if _enables(before, after):
            answer = self._admissions.get(name)
            return None if answer is None else answer.plan
        if _tightens(before, after):
            limit = self._limits.get(name)
            return None if limit is None else limit.plan
        return None

    def _to_deadline(self, name: str, after: Tasks) -> str:
        limit, others = self._limits.get(name), _enabled(after) - {name}
        if limit is None and not others:
            return ''  # there is nobody who would pay
        deadline_ms, learned = after[name].deadline_ms, self._demands[name]
        own = replace(planned_task(name, after[name]), deadline_ns=learned.deadline_ns)
        known = own == learned and others <= self._planned and self._simulated(others, after)
        if limit is None or not known:
            return (
                f'what {name}.deadline_ms {deadline_ms:g} does to the other tasks as they are now '
                'is still being simulated; change one after the other, or ask again in some seconds'
            )
        if deadline_ms >= limit.least_ns / NS_PER_MS:
            return ''
        # Upwards, else it would be refused again.
        least_ms = math.ceil(limit.least_ns * 10 / NS_PER_MS) / 10
        beside = ' beside the other tasks' if others else ''
        return (
            f'{name}.deadline_ms is {deadline_ms:g}, too short{beside} ({limit.reason}); give at '
            f'least {least_ms:.1f}'
        )

    def _to_enabling(self, name: str, after: Tasks) -> str:
        others = _enabled(after) - {name}
        if not others:
            return ''  # there is nobody who would pay
        if self._simulated((*others, name), after):
            if name in self._planned and others <= self._planned and self._feasible:
                return ''  # they were planned for together
            if name in self._admissions and others <= self._planned:
                answer = self._admissions[name]
                if answer.admitted:
                    return ''
                if others == self._planned:
                    return (
                        f'enabling {name} costs too much ({answer.reason}); give it a longer '
                        'period_ms or deadline_ms, for memory start with a larger memory_mb; wait '
                        'for the new plan and ask again'
                    )
        return (
            f'what enabling {name} does to the other tasks is still being simulated; ask again in '
            'some seconds; enable one task after the other'
        )

    def _simulated(self, names: Collection[str], tasks: Tasks) -> bool:
        """Tell whether the plan was made for these tasks as they are."""
        return all(planned_task(name, tasks[name]) == self._demands.get(name) for name in names)


def _enables(before: TaskParameters, after: TaskParameters) -> bool:
    return after.enabled and not before.enabled


def _tightens(before: TaskParameters, after: TaskParameters) -> bool:
    return after.enabled and before.enabled and after.deadline_ms < before.deadline_ms


def _enabled(tasks: Tasks) -> frozenset[str]:
    return frozenset(name for name, task in tasks.items() if task.enabled)
