# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Lights and signs on one camera, planned for a load, and the same as tasks that can be run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rtmdl_ros.bench.ladders import Ladders
from rtmdl_ros.bench.workloads import RunnableTask
from rtmdl_ros.planning.demand import mean_ns
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.planning.search import search
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.workload.records import Resource, Task

#: Of all that is planned and run here.
LANES = 2
_FUNCTIONS = ('traffic_light', 'traffic_sign')


@dataclass(frozen=True)
class FunctionPlan:
    """A plan for tasks that are named as their functions, with their period as deadline."""

    period_ns: int
    #: Of each task its variant and its priority; the larger goes first.
    choices: dict[str, tuple[str, int]]

    def with_variants(self, other: FunctionPlan) -> FunctionPlan:
        """Return this plan, for its period, with the variants and priorities of another."""
        return replace(self, choices=other.choices)

    def in_words(self) -> str:
        """Return the variants, the most urgent task first."""
        ordered = sorted(self.choices.items(), key=lambda item: -item[1][1])
        return ', then '.join(f'{task} {variant}' for task, (variant, _) in ordered)


def planned_for(profile: Profile, load: float, seconds: float) -> FunctionPlan:
    """Plan for the period at which the most accurate variants load the lanes so much.

    1.0 is what one lane can do.
    """
    largest = [profile.functions[name][-1] for name in _FUNCTIONS]
    period_ns = round(sum(mean_ns(each, Resource.ACCELERATOR) for each in largest) / load)
    return plan_of(problem_for(profile, period_ns), seconds)


def problem_for(profile: Profile, period_ns: int) -> Problem:
    """Return the problem of both tasks on one camera."""
    tasks = tuple(PlannedTask(name, name, period_ns, period_ns) for name in _FUNCTIONS)
    return Problem(tasks, profile, lanes=LANES)


def plan_of(problem: Problem, seconds: float) -> FunctionPlan:
    """Search for the plan of a problem of `problem_for`."""
    best = search(problem, seconds=seconds).best
    choices = {
        task.name: (allowed[index].name, priority)
        for task, allowed, index, priority in zip(
            problem.tasks, problem.allowed, best.variants, best.priorities(), strict=True
        )
    }
    return FunctionPlan(problem.tasks[0].period_ns, choices)


def largest_of(profile: Profile, planned: FunctionPlan) -> FunctionPlan:
    """Return the most accurate variants at the period of a plan, rate monotonic: as they stand."""
    choices = {
        name: (profile.functions[name][-1].name, -number)
        for number, name in enumerate(planned.choices)
    }
    return replace(planned, choices=choices)


def planned_workload(
    ladders: Ladders, planned: FunctionPlan, *, fixed: bool
) -> tuple[RunnableTask, ...]:
    """Return the tasks; fixed: each job is done with the variant of the plan."""
    return tuple(
        _runnable(ladders, planned, name, variant, priority, fixed)
        for name, (variant, priority) in planned.choices.items()
    )


def _runnable(
    ladders: Ladders, planned: FunctionPlan, name: str, base: str, priority: int, fixed: bool
) -> RunnableTask:
    variants = tuple(each.variant() for each in ladders.profile.functions[name])
    if fixed:
        variants = tuple(each for each in variants if each.name == base)
    stages = next(each.stages for each in variants if each.name == base)
    period_ns = planned.period_ns
    task = Task(name, stages, period_ns, period_ns, priority, variants=variants, base=base)
    functions = {
        each.name: tuple(stage.run for stage in ladders.pipelines[name][each.name].stages)
        for each in variants
    }
    return RunnableTask(task, name, functions)
