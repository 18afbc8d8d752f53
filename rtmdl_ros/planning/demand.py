# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What variants ask of CPU and accelerator: a quick test that sorts hopeless candidates out."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import NamedTuple

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.profiling.profile import VariantProfile
from rtmdl_ros.scheduling.levels import Load, Option
from rtmdl_ros.workload.records import Resource

#: By how much stage times drawn for a simulation may be below the profile's on average.
_SLACK = 0.03


def mean_ns(variant: VariantProfile, resource: Resource) -> float:
    """Return what a job of the variant takes of a resource on average, in nanoseconds."""
    stages = [stage for stage in variant.stages if stage.resource is resource]
    return sum(sum(stage.quantiles_ns) / len(stage.quantiles_ns) for stage in stages)


def loads(problem: Problem) -> list[Load]:
    """Return each task's variants as shares of the resources, all of them allowed."""
    return [
        Load(
            [
                Option(
                    variant.accuracy,
                    mean_ns(variant, Resource.CPU) / task.period_ns,
                    mean_ns(variant, Resource.ACCELERATOR) / task.period_ns,
                )
                for variant in variants
            ],
            len(variants) - 1,
            task.weight,
        )
        for task, variants in zip(problem.tasks, problem.allowed, strict=True)
    ]


class NecessaryTest:
    """Tells without a simulation by how much at least a candidate breaks the miss limits.

    All but the part `miss_limit` of a task's jobs must get what they need; at best those that
    miss are the longest, and take nothing. That must fit into workers and lanes, whatever the
    order, and the shortest chain into the deadline.
    """

    def __init__(self, problem: Problem, duration_ns: int) -> None:
        """`duration_ns` is the simulation's; jobs at its end run on for a deadline."""
        longest_ns = max(task.deadline_ns for task in problem.tasks)
        room = 1.0 + _SLACK + longest_ns / duration_ns
        self._capacities = (problem.cpu_workers * room, problem.lanes * room)
        self._needs = [
            [_need(task, variant) for variant in variants]
            for task, variants in zip(problem.tasks, problem.allowed, strict=True)
        ]

    def least_violation(self, candidate: Candidate) -> float:
        """Return what the miss limits are broken by at least (`Fitness`); 0: it may be possible.

        A task that meets no deadline misses everything. Where more is asked of a resource than it
        has, jobs must miss until the rest fits, at best those whose stages there are the longest.
        """
        needs = [need[index] for need, index in zip(self._needs, candidate.variants, strict=True)]
        possible = [need for need in needs if not need.above_limit]
        too_many = [
            _to_shed(sum(need.least[kind] for need in possible) - capacity,
                     max((need.longest[kind] for need in possible), default=0.0))
            for kind, capacity in enumerate(self._capacities)
        ]  # fmt: skip
        return sum(need.above_limit for need in needs) + max(too_many)


class _Need(NamedTuple):
    """What a task needs with a variant; shares of CPU and accelerator."""

    #: Without these it breaks its miss limit.
    least: tuple[float, float]
    #: If all its jobs took as long as the longest.
    longest: tuple[float, float]
    #: By how much it misses more than its limit even alone; 0 or all that is above the limit.
    above_limit: float


def _need(task: PlannedTask, variant: VariantProfile) -> _Need:
    least, longest = [], []
    for resource in (Resource.CPU, Resource.ACCELERATOR):
        times = [stage.quantiles_ns for stage in variant.stages if stage.resource is resource]
        needed_ns = sum(_least_part(each, 1.0 - task.miss_limit) for each in times)
        least.append(needed_ns / task.period_ns)
        longest.append(sum(each[-1] for each in times) / task.period_ns)
    shortest_ns = sum(stage.quantiles_ns[0] for stage in variant.stages)
    above_limit = 1.0 - task.miss_limit if shortest_ns > task.deadline_ns else 0.0
    return _Need((least[0], least[1]), (longest[0], longest[1]), above_limit)


def _to_shed(excess: float, longest: float) -> float:
    """Return which part of one task's jobs must miss for a load to become less by an excess."""
    return excess / longest if excess > 0.0 else 0.0


def _least_part(times: Sequence[int], part: float) -> float:
    """Return the mean of times in which only the least `part` of them counts, the others as 0."""
    counted = part * len(times)
    whole = min(len(times), floor(counted + 1e-9))
    rest = times[whole] * (counted - whole) if ceil(counted - 1e-9) > whole else 0.0
    return (sum(times[:whole]) + rest) / len(times)
