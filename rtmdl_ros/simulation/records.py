# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What goes into a simulation and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Task

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

    def __post_init__(self) -> None:
        """Refuse missing or negative times with ValueError."""
        name = self.task.name
        if len(self.times) != len(self.task.stages):
            raise ValueError(
                f'task {name} has {len(self.task.stages)} stages, but {len(self.times)} have times'
            )
        for stage, samples in zip(self.task.stages, self.times, strict=True):
            if not samples:
                raise ValueError(f'task {name}, stage {stage.name}: no sample of its time')
            if min(samples) < 0:
                raise ValueError(
                    f'task {name}, stage {stage.name}: a time is {min(samples)} ns, below 0'
                )
        for field in ('offset_ns', 'jitter_ns'):
            if getattr(self, field) < 0:
                raise ValueError(f'task {name}: {field} is {getattr(self, field)}, below 0')


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
