# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What goes into a simulation and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Stage, Task

#: How long a stage took alone, in nanoseconds; a job draws one of them. A constant is one sample.
StageTimes = tuple[int, ...]


@dataclass(frozen=True)
class SimulatedTask:
    """A task, when its jobs are released and how long its stages take."""

    task: Task
    #: One entry a stage.
    times: tuple[StageTimes, ...]
    #: Release of the first job, in nanoseconds.
    offset_ns: int = 0
    #: A release is late by up to this, each by its own draw, in nanoseconds.
    jitter_ns: int = 0
    #: As `times`, of each of the task's variants by its name.
    variant_times: Mapping[str, tuple[StageTimes, ...]] = field(default_factory=dict)
    #: When its jobs are released, in rising order; None: one every period, from `offset_ns` on.
    arrivals_ns: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse missing or negative times with ValueError."""
        name = self.task.name
        _check_times(f'task {name}', self.task.stages, self.times)
        for variant in self.task.variants:
            times = self.variant_times.get(variant.name, ())
            _check_times(f'task {name}, variant {variant.name}', variant.stages, times)
        if any(later < earlier for earlier, later in pairwise(self.arrivals_ns or ())):
            raise ValueError(f'task {name}: arrivals_ns do not rise')
        for delay in ('offset_ns', 'jitter_ns'):
            if getattr(self, delay) < 0:
                raise ValueError(f'task {name}: {delay} is {getattr(self, delay)}, below 0')


@dataclass(frozen=True)
class Episode:
    """A time in which the world is another: from `start_ns` until before `end_ns`."""

    start_ns: int
    end_ns: int
    #: Jobs are released so many times as often.
    rate: float = 1.0
    #: Stages that start then take so many times as long.
    slowness: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a factor that is not above 0 with ValueError."""
        for name in ('rate', 'slowness'):
            if not getattr(self, name) > 0.0:
                raise ValueError(f'{name} is {getattr(self, name)}; it must be above 0')


def _check_times(owner: str, stages: tuple[Stage, ...], times: tuple[StageTimes, ...]) -> None:
    if len(times) != len(stages):
        raise ValueError(f'{owner} has {len(stages)} stages, but {len(times)} have times')
    for stage, samples in zip(stages, times, strict=True):
        if not samples:
            raise ValueError(f'{owner}, stage {stage.name}: no sample of its time')
        if min(samples) < 0:
            raise ValueError(f'{owner}, stage {stage.name}: a time is {min(samples)} ns, below 0')


# Tuples, as the core's events and commands are: a simulation makes a great many of these two.


class Span(NamedTuple):
    """A stage's time on an executor."""

    #: Index in the task's chain.
    stage: int
    executor: str
    start_ns: int
    end_ns: int


class SimulatedJob(NamedTuple):
    """A job that has ended."""

    #: Jobs are numbered from 0 in the order of their releases.
    job_id: int
    task: str
    outcome: Outcome
    release_ns: int
    #: Absolute.
    deadline_ns: int
    finish_ns: int
    #: Why it ended before its last stage; None for a job that finished.
    reason: Reason | None
    #: The same in words; '' for a job that finished.
    detail: str
    #: The stages that it ran, in their order.
    spans: tuple[Span, ...]
    #: The variant that it was done with; '' where its task has only one, or it never started.
    variant: str = ''
