# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A tiny virtual-time driver of the core, for schedules computed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import pytest

from rtmdl_ros.scheduling.commands import EndJob, StartStage, WakeAt
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import Event, JobReleased, StageFinished, TaskAdded
from rtmdl_ros.workload.records import Task


@dataclass
class Schedule:
    """What the core did: `starts` as 'time executor task#job stage', `ends` in their order."""

    starts: list[str] = field(default_factory=list)
    ends: list[EndJob] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def outcomes(self) -> list[tuple[str, str, int]]:
        """(task#job, outcome, time) of each job in the order of the ends."""
        return [(self.names[end.job_id], end.outcome.value, end.time_ns) for end in self.ends]


class VirtualTime:
    """Runs a core on releases and stage times that are known in advance."""

    def __init__(self, core: Core, tasks: Sequence[Task], times_ns: Mapping[str, int]) -> None:
        """`times_ns` by 'task stage' gives how long the stage takes."""
        self._core = core
        self._times_ns = times_ns
        self._tasks = {task.name: task for task in tasks}
        self._agenda: dict[int, list[Event]] = {0: [TaskAdded(0, task) for task in tasks]}
        self._releases: list[tuple[int, str]] = []
        self.schedule = Schedule()

    def release(self, task: str, *times_ns: int) -> None:
        """Release a job of `task` at each time."""
        self._releases += [(time_ns, task) for time_ns in times_ns]

    def run(self, complete: Sequence[tuple[int, int]] = ()) -> Schedule:
        """Run until nothing is left; the stages in `complete`, as (job, stage), end their job.

        Jobs are numbered by release, those of one instant in the order of the calls.
        """
        for job_id, (time_ns, task) in enumerate(sorted(self._releases, key=itemgetter(0))):
            self.schedule.names[job_id] = f'{task}#{job_id}'
            self._agenda.setdefault(time_ns, []).append(JobReleased(time_ns, job_id, task))
        while self._agenda:
            now_ns = min(self._agenda)
            for command in self._core.step(now_ns, self._agenda.pop(now_ns)):
                if isinstance(command, EndJob):
                    self.schedule.ends.append(command)
                elif isinstance(command, WakeAt):
                    self._agenda.setdefault(command.time_ns, [])
                elif isinstance(command, StartStage):
                    self._start(now_ns, command, (command.job_id, command.stage) in complete)
        return self.schedule

    def _start(self, now_ns: int, command: StartStage, complete: bool) -> None:
        name = self.schedule.names[command.job_id]
        task = name.partition('#')[0]
        stage = self._tasks[task].stages[command.stage].name
        self.schedule.starts.append(f'{now_ns} {command.executor} {name} {stage}')
        end_ns = now_ns + self._times_ns[f'{task} {stage}']
        done = StageFinished(end_ns, command.job_id, command.stage, complete)
        self._agenda.setdefault(end_ns, []).append(done)


@pytest.fixture
def virtual_time() -> Callable[[Core, Sequence[Task], Mapping[str, int]], VirtualTime]:
    """The driver's class: test folders are no packages, so tests cannot import it."""
    return VirtualTime
