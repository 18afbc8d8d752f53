# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A plan, as records, and the tasks that the scheduler gets by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from rtmdl_ros.planning.bounds import beyond_bounds
from rtmdl_ros.planning.candidate import Candidate, kept_order
from rtmdl_ros.planning.fitness import Fitness
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.profiling.profile import VariantProfile
from rtmdl_ros.workload.priorities import priority_in_force
from rtmdl_ros.workload.records import Task, TaskVariant


@dataclass(frozen=True)
class TaskPlan:
    """What a task gets. Variants by their names in the profile."""

    #: The one that is foreseen for all jobs.
    variant: str
    #: From 1 for the least urgent task.
    priority: int
    #: The variants that are kept loaded, the foreseen one among them, from the least accurate.
    resident: tuple[str, ...]
    #: Of the foreseen variant in simulation, 0 to 1.
    expected_miss_ratio: float
    #: Of the foreseen variant, 0 to 1.
    expected_accuracy: float


@dataclass(frozen=True)
class Plan:
    """The variant and the priority of each task, and what is expected of them (`Fitness`)."""

    tasks: Mapping[str, TaskPlan]
    #: The device of the profile that it was made with.
    device: Mapping[str, str]
    seed: int
    expected_miss_ratio: float
    expected_accuracy_loss: float
    expected_on_time_accuracy: float
    #: All constraints are kept, as far as simulation can tell.
    feasible: bool
    #: What kept each task from a more accurate variant, or which constraint to relax; in words.
    notes: tuple[str, ...] = ()

    def of(self, names: Collection[str]) -> Plan:
        """Return what it says of some tasks."""
        return replace(self, tasks={name: self.tasks[name] for name in self.tasks if name in names})


def plan_of(
    problem: Problem, candidate: Candidate, fitness: Fitness, notes: tuple[str, ...] = ()
) -> Plan:
    """Return the plan that a candidate is."""
    resident = resident_variants(problem, candidate)
    priorities = candidate.priorities()
    tasks = {}
    for index, task in enumerate(problem.tasks):
        variant = problem.allowed[index][candidate.variants[index]]
        tasks[task.name] = TaskPlan(
            variant.name,
            priorities[index],
            tuple(each.name for each in resident[index]),
            fitness.miss_ratios[index],
            variant.accuracy,
        )
    return Plan(
        tasks,
        problem.profile.device,
        problem.seed,
        fitness.miss_ratio,
        fitness.accuracy_loss,
        fitness.on_time_accuracy,
        fitness.violation <= 0.0,
        notes,
    )


def resident_variants(
    problem: Problem, candidate: Candidate
) -> tuple[tuple[VariantProfile, ...], ...]:
    """Return what each task keeps loaded, within the bounds of storage and memory.

    First the foreseen variants, then each task's quickest, as the way out of a burst, then the
    others from the next to the farthest from the foreseen one, less accurate ones first.
    """
    chosen = [{index} for index in candidate.variants]
    if problem.run_time_choice:
        for task, index in _wishes(problem, candidate):
            networks = [
                network
                for each, indices in enumerate(chosen)
                for i in (indices | {index} if each == task else indices)
                for network in problem.allowed[each][i].networks
            ]
            if not beyond_bounds(problem, networks):
                chosen[task].add(index)
    return tuple(
        tuple(allowed[index] for index in sorted(indices))
        for allowed, indices in zip(problem.allowed, chosen, strict=True)
    )


def _wishes(problem: Problem, candidate: Candidate) -> list[tuple[int, int]]:
    """Return (task, index of a variant) of all that are not foreseen, the most wanted first."""
    wishes = []
    for task, (allowed, planned) in enumerate(
        zip(problem.allowed, candidate.variants, strict=True)
    ):
        quickest = min(range(len(allowed)), key=lambda index: _typical_ns(allowed[index]))
        for index in range(len(allowed)):
            if index != planned:
                distance = 0 if index == quickest else abs(index - planned)
                wishes.append((index > planned, distance, task, index))
    return [(task, index) for _, _, task, index in sorted(wishes)]


def _typical_ns(variant: VariantProfile) -> int:
    return sum(stage.stage().typical_ns for stage in variant.stages)


def tasks_of(problem: Problem, plan: Plan) -> tuple[Task, ...]:
    """Return the tasks as the scheduler runs them by a plan for the problem."""
    tasks = []
    for task, allowed in zip(problem.tasks, problem.allowed, strict=True):
        planned = plan.tasks[task.name]
        variants = [each.variant() for each in allowed if each.name in planned.resident]
        tasks.append(
            as_run(task, variants, planned.variant, planned.priority, problem.run_time_choice)
        )
    return tuple(tasks)


def as_run(
    task: PlannedTask,
    allowed: Sequence[TaskVariant],
    planned: str,
    priority: int,
    chooses: bool,
) -> Task:
    """Return a task as the scheduler runs it, with the variant and the priority of a plan.

    Where the planned variant is not `allowed` (its accuracy floor has risen since), the least of
    these takes its place. Where it `chooses`, jobs may take any of them.
    """
    base = next((each for each in allowed if each.name == planned), allowed[0])
    return Task(
        name=task.name,
        stages=base.stages,
        period_ns=task.period_ns,
        deadline_ns=task.deadline_ns,
        priority=priority_in_force(task.fixed_priority, priority),
        late=task.late,
        variants=tuple(allowed) if chooses else (base,),
        base=base.name,
        weight=task.weight,
    )


def networks_in(plans: Mapping[str, TaskPlan], problem: Problem) -> set[str]:
    """Return the networks of all resident variants, by name."""
    return {
        network
        for task in problem.tasks
        for variant in problem.profile.functions[task.function]
        if variant.name in plans[task.name].resident
        for network in variant.networks
    }


def candidate_of(problem: Problem, plan: Plan) -> Candidate:
    """Return the candidate that a plan for the problem is; equal priorities: in order of tasks.

    Priorities that are given in the problem go before those of the plan.
    """
    names = [task.name for task in problem.tasks]
    variants = tuple(
        next(i for i, each in enumerate(allowed) if each.name == plan.tasks[name].variant)
        for name, allowed in zip(names, problem.allowed, strict=True)
    )
    order = sorted(range(len(names)), key=lambda index: -plan.tasks[names[index]].priority)
    return Candidate(variants, kept_order(problem, order))
