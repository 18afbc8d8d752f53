# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What variants ask of CPU and accelerator: a quick test that sorts hopeless candidates out."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

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
    """Tells without a simulation that a candidate cannot keep the miss limits.

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
            [_least_shares(task, variant) for variant in variants]
            for task, variants in zip(problem.tasks, problem.allowed, strict=True)
        ]
        self._possible = [
            [
                task.miss_limit >= 1.0
                or sum(stage.quantiles_ns[0] for stage in variant.stages) <= task.deadline_ns
                for variant in variants
            ]
            for task, variants in zip(problem.tasks, problem.allowed, strict=True)
        ]

    def overload(self, candidate: Candidate) -> float:
        """Return by how much it asks too much: 0 where it may be possible.

        The sum of what exceeds a resource, as a share of it, and 1 for each task that cannot meet
        a deadline.
        """
        cpu = lanes = too_long = 0.0
        for needs, possible, index in zip(
            self._needs, self._possible, candidate.variants, strict=True
        ):
            cpu += needs[index][0]
            lanes += needs[index][1]
            too_long += not possible[index]
        cpu_room, lane_room = self._capacities
        return too_long + max(0.0, cpu / cpu_room - 1.0) + max(0.0, lanes / lane_room - 1.0)


def _least_shares(task: PlannedTask, variant: VariantProfile) -> tuple[float, float]:
    """Return the shares of CPU and accelerator without which the task breaks its miss limit."""
    shares = []
    for resource in (Resource.CPU, Resource.ACCELERATOR):
        stages = [stage for stage in variant.stages if stage.resource is resource]
        needed_ns = sum(_least_part(s.quantiles_ns, 1.0 - task.miss_limit) for s in stages)
        shares.append(needed_ns / task.period_ns)
    return shares[0], shares[1]


def _least_part(times: Sequence[int], part: float) -> float:
    """Return the mean of times in which only the least `part` of them counts, the others as 0."""
    counted = part * len(times)
    whole = min(len(times), floor(counted + 1e-9))
    rest = times[whole] * (counted - whole) if ceil(counted - 1e-9) > whole else 0.0
    return (sum(times[:whole]) + rest) / len(times)
