# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks, stages and outcomes: what the scheduler speaks about (docs/README.md)."""

import math
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise


class Resource(Enum):
    """What a stage runs on; each has its own ready queue and its own executors."""

    CPU = 'cpu'
    ACCELERATOR = 'accelerator'

    # Members are unique, so identity will do; Enum's own hash costs more than what it looks up.
    __hash__ = object.__hash__


class Policy(Enum):
    """The order in which ready stages are served."""

    FIXED_PRIORITY = 'fixed_priority'
    EDF = 'edf'
    FIFO = 'fifo'


class Packing(Enum):
    """When a free worker or lane takes a ready stage (docs/scheduling.md, 5)."""

    #: Only if, by what is known, no more urgent job misses its deadline through it.
    GUARDED = 'guarded'
    #: At once.
    GREEDY = 'greedy'


class LatePolicy(Enum):
    """What becomes of a job that can no longer meet its deadline."""

    DISCARD = 'discard'
    RUN = 'run'


class Outcome(Enum):
    """How a job ended. Every released job ends exactly once; all but `ON_TIME` are misses."""

    ON_TIME = 'on_time'
    LATE = 'late'
    SUPERSEDED = 'superseded'
    DISCARDED = 'discarded'
    FAILED = 'failed'

    @property
    def missed(self) -> bool:
        """The job was anything but on time."""
        return self is not Outcome.ON_TIME

    @property
    def finished(self) -> bool:
        """The job has a result, on time or late."""
        return self in (Outcome.ON_TIME, Outcome.LATE)


@dataclass(frozen=True)
class Stage:
    """The part of a job that runs on one resource without being preempted."""

    name: str
    resource: Resource
    #: Shortest time that the stage is believed to take, in nanoseconds (0: not known).
    optimistic_ns: int = 0
    #: Longest time that it is believed to take with no other lane at work (0: not known).
    worst_ns: int = 0
    #: The network segment that it runs, by its name in the table of slow-downs ('': not there).
    segment: str = ''
    #: Time that it takes in the middle with no other lane at work (0: not known, then `worst_ns`
    #: counts, and it is not followed).
    typical_ns: int = 0

    def __post_init__(self) -> None:
        """Check the fields.

        Raises ValueError, naming the stage and the field, for a resource that is none, for times
        that are not whole numbers or are negative, and for a longest time below the shortest one.
        """
        if not isinstance(self.resource, Resource):
            raise ValueError(f'stage {self.name}: resource is {self.resource!r}, not a Resource')
        for field in ('optimistic_ns', 'worst_ns', 'typical_ns'):
            value = _whole(f'stage {self.name}', field, getattr(self, field))
            if value < 0:
                raise ValueError(f'stage {self.name}: {field} is {value}, below 0')
        if self.worst_ns != 0 and self.worst_ns < self.optimistic_ns:
            raise ValueError(
                f'stage {self.name}: worst_ns is {self.worst_ns}, below optimistic_ns, '
                f'{self.optimistic_ns}'
            )


@dataclass(frozen=True)
class TaskVariant:
    """One way to do the jobs of a task: its networks scaled to some size."""

    name: str
    #: As Task.stages.
    stages: tuple[Stage, ...]
    #: Share of right answers, 0 to 1, as measured on pictures that were not trained on.
    accuracy: float

    def __post_init__(self) -> None:
        """Refuse an accuracy that is no share with ValueError."""
        if not 0.0 <= self.accuracy <= 1.0:
            raise ValueError(
                f'variant {self.name}: accuracy is {self.accuracy}; it must be from 0 to 1'
            )


@dataclass(frozen=True)
class Task:
    """Recurring work: one perception function on one camera.

    A deadline above the period is no error: a job that waits is superseded by the next release
    whatever its deadline, so that of a task only the newest frame waits.
    """

    name: str
    #: The chain every job of the task runs through in this order, so that it has no cycle: at
    #: least one stage, and no two of one name.
    stages: tuple[Stage, ...]
    #: Expected time between two releases, in nanoseconds, above 0.
    period_ns: int
    #: Deadline relative to the release, in nanoseconds, above 0.
    deadline_ns: int
    #: The larger, the more urgent (as SCHED_FIFO and the f1tenth drive multiplexer count).
    priority: int = 0
    late: LatePolicy = LatePolicy.DISCARD
    #: What a job may be done with, from the least to the most accurate; none: always `stages`.
    variants: tuple[TaskVariant, ...] = ()
    #: The one of them that the plan foresees, by name; `stages` are its stages.
    base: str = ''
    #: How much its accuracy counts beside that of other tasks, above 0.
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Check the fields.

        Raises ValueError, naming the task and the field, for a chain that is empty or has a stage
        twice, for times that are not whole numbers above 0, and for variants that do not rise in
        accuracy, lack the base, or begin on another resource than it.
        """
        for stages in (self.stages, *(variant.stages for variant in self.variants)):
            _check_chain(self.name, stages)
        for field in ('period_ns', 'deadline_ns'):
            if _whole(f'task {self.name}', field, getattr(self, field)) <= 0:
                raise ValueError(f'task {self.name}: {field} must be above 0')
        if not 0.0 < self.weight < math.inf:
            raise ValueError(f'task {self.name}: weight is {self.weight}; it must be above 0')
        if self.variants or self.base:
            self._check_variants()

    def _check_variants(self) -> None:
        for before, after in pairwise(self.variants):
            if after.accuracy < before.accuracy:
                raise ValueError(
                    f'task {self.name}: variant {after.name} is less accurate than {before.name} '
                    'before it'
                )
        named = {variant.name: variant for variant in self.variants}
        if len(named) < len(self.variants):
            raise ValueError(f'task {self.name}: two variants have one name')
        if self.base not in named or named[self.base].stages != self.stages:
            raise ValueError(f'task {self.name}: base is {self.base!r}, no variant of these stages')
        for variant in self.variants:
            if variant.stages[0].resource is not self.stages[0].resource:
                raise ValueError(
                    f'task {self.name}: variant {variant.name} begins on another resource'
                )


def _check_chain(task: str, stages: tuple[Stage, ...]) -> None:
    if not stages:
        raise ValueError(f'task {task} has no stage')
    names = [stage.name for stage in stages]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f'task {task}: stages has {twice} twice')


def _whole(owner: str, field: str, value: object) -> int:
    if type(value) is not int:
        raise ValueError(f'{owner}: {field} is {value!r}; it must be a whole number')
    return value
