# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is to be planned: the tasks with their demands, the device and its bounds, as records."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.profiling.profile import Profile, VariantProfile
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.parameters import TaskParameters
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy
from rtmdl_ros.workload.units import NS_PER_MS

#: Camera and period of a task.
Release = tuple[str, int]
#: Bytes in a megabyte, as files are sold and bounds are given.
MB = 1_000_000


@dataclass(frozen=True)
class PlannedTask:
    """A task as its user wants it. Times in nanoseconds, above 0."""

    name: str
    #: What it computes, a key of `Profile.functions`.
    function: str
    period_ns: int
    deadline_ns: int
    #: How much its accuracy counts beside that of others, above 0.
    weight: float = 1.0
    #: No variant with a lower accuracy is used, 0 to 1.
    accuracy_floor: float = 0.0
    #: Miss ratio that a plan may give it, 0 to 1.
    miss_limit: float = 0.05
    late: LatePolicy = LatePolicy.DISCARD
    #: The user's own, see `priority_in_force`; 0: the plan's choice.
    fixed_priority: int = 0
    #: Tasks of one camera and one period have their frames at the same instants.
    camera: str = ''


@dataclass(frozen=True)
class Problem:
    """Tasks to plan together on one device.

    Raises PlanningError, naming the parameter, for a task without variants, a floor above all of
    them, numbers out of range, and two tasks of one name.
    """

    tasks: tuple[PlannedTask, ...]
    profile: Profile
    policy: Policy = Policy.FIXED_PRIORITY
    packing: Packing = Packing.GUARDED
    cpu_workers: int = 1
    lanes: int = 2
    #: What the zoo files of all resident networks may take; None: no bound.
    storage_bytes: int | None = None
    #: What all resident networks may take; None: no bound.
    memory_bytes: int | None = None
    #: Of phases and stage times in simulation, and of the search.
    seed: int = 0
    #: Jobs may take other variants than the planned one, so that these are kept resident.
    run_time_choice: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be planned for."""
        if not self.tasks:
            raise PlanningError('tasks is empty; name at least one')
        names = [task.name for task in self.tasks]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise PlanningError(f'tasks holds {twice} twice; rename one')
        for bound, option in ((self.storage_bytes, 'storage_mb'), (self.memory_bytes, 'memory_mb')):
            if bound is not None and bound <= 0:
                raise PlanningError(f'{option} is {bound / MB:g}; give a number above 0')
        for field in ('cpu_workers', 'lanes'):
            if getattr(self, field) < 1:
                raise PlanningError(f'{field} is {getattr(self, field)}; give at least 1')
        for task in self.tasks:
            self._check(task)

    def _check(self, task: PlannedTask) -> None:
        for field in ('period_ns', 'deadline_ns', 'weight'):
            if not 0 < getattr(task, field) < math.inf:
                short = field.replace('_ns', '_ms')
                raise PlanningError(f'{task.name}.{short} is not above 0; give a larger one')
        for field in ('accuracy_floor', 'miss_limit'):
            if not 0.0 <= getattr(task, field) <= 1.0:
                raise PlanningError(
                    f'{task.name}.{field} is {getattr(task, field)}; give a number from 0 to 1'
                )
        variants = self.profile.functions.get(task.function, ())
        if not variants:
            raise PlanningError(
                f'the profile has no variant of {task.function}, the function of task '
                f'{task.name}; make one of your tasks with `rtmdl profile --params-file FILE`'
            )
        for variant in variants:
            lost = next((n for n in variant.networks if n not in self.profile.networks), None)
            if lost is not None:
                raise PlanningError(
                    f'the profile lacks network {lost} of {task.function} {variant.name}; make '
                    'it anew with `rtmdl profile`'
                )
        best = variants[-1]
        if best.accuracy < task.accuracy_floor:
            raise PlanningError(
                f'{task.name}.accuracy_floor is {task.accuracy_floor:g}, above its best variant, '
                f'{best.name}; lower it to {rounded_down(best.accuracy):g}'
            )

    @cached_property
    def allowed(self) -> tuple[tuple[VariantProfile, ...], ...]:
        """Of each task the variants not below its floor, from the least accurate; at least one."""
        return tuple(
            tuple(
                variant
                for variant in self.profile.functions[task.function]
                if variant.accuracy >= task.accuracy_floor
            )
            for task in self.tasks
        )

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """Of each task what it is released by: alike for those released at the same instants."""
        return tuple((task.camera, task.period_ns) for task in self.tasks)

    def storage_of(self, networks: Iterable[str]) -> int:
        """Return the bytes of zoo files that hold just these networks, given by name."""
        return self.profile.storage_of(networks)

    def memory_of(self, networks: Iterable[str]) -> int:
        """Return the bytes of memory that these networks take, given by name."""
        return self.profile.memory_of(networks, self.lanes)

    @property
    def scheduler(self) -> SchedulerSettings:
        """The scheduler that the tasks are planned for."""
        return SchedulerSettings(
            self.policy, self.cpu_workers, self.lanes, self.packing, self.profile.slow_downs
        )

    @property
    def orders_matter(self) -> bool:
        """Tell whether the policy looks at priorities and there is more than one order."""
        return self.policy is Policy.FIXED_PRIORITY and len(self.tasks) > 1


def problem_of(
    configuration: Configuration,
    profile: Profile,
    *,
    storage_bytes: int | None = None,
    memory_bytes: int | None = None,
    seed: int = 0,
) -> Problem:
    """Return what the parameters ask for on the device of a profile.

    `memory_bytes` stands in for the parameter `memory_mb`. Raises PlanningError as Problem does.
    """
    node = configuration.node
    if memory_bytes is None and node.memory_mb > 0.0:
        memory_bytes = round(node.memory_mb * MB)
    return Problem(
        demands(configuration),
        profile,
        Policy(node.policy),
        Packing(node.packing),
        node.cpu_workers,
        node.lanes,
        storage_bytes,
        memory_bytes,
        seed,
        node.choice == 'run_time',
    )


def demands(configuration: Configuration) -> tuple[PlannedTask, ...]:
    """Return what the parameters ask of a plan, task by task."""
    return tuple(planned_task(name, task) for name, task in configuration.tasks.items())


def planned_task(name: str, task: TaskParameters) -> PlannedTask:
    """Return a task as its parameters describe it."""
    return PlannedTask(
        name,
        task.function,
        round(task.period_ms * NS_PER_MS),
        round(task.deadline_ms * NS_PER_MS),
        task.weight,
        task.accuracy_floor,
        task.miss_limit,
        LatePolicy(task.late),
        task.priority,
        task.camera,
    )


def rounded_down(share: float) -> float:
    """Return the next number with two digits that is not above a share."""
    return math.floor(share * 100 + 1e-9) / 100


def rounded_up(share: float) -> float:
    """Return the next number with two digits that is not below a share, at most 1."""
    return min(1.0, math.ceil(share * 100 - 1e-9) / 100)
