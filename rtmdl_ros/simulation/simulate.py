# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A driver of the core in virtual time: from one instant with events to the next."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from rtmdl_ros.scheduling.commands import EndJob, StartStage, WakeAt
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import (
    Event,
    JobReleased,
    StageFailed,
    StageFinished,
    TaskAdded,
)
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.scheduling.sharing import Sharing
from rtmdl_ros.simulation.records import Episode, SimulatedJob, SimulatedTask, Span
from rtmdl_ros.simulation.worker import StageError, Worker
from rtmdl_ros.workload.records import Resource, Stage, Task


def simulate(
    tasks: Sequence[SimulatedTask],
    settings: SchedulerSettings,
    *,
    duration_ns: int,
    seed: int,
    episodes: Sequence[Episode] = (),
) -> tuple[SimulatedJob, ...]:
    """Release jobs before `duration_ns`, run until all have ended; return them by job id.

    Releases and stage times depend on `tasks`, `duration_ns` and `seed` alone, so that two
    simulations with other policies or executors can be compared job by job.

    Raises ValueError for a duration below 1, and a `SchedulingError` for two tasks of one name.
    """
    core = Core(settings)
    return simulate_core(core, tasks, duration_ns=duration_ns, seed=seed, episodes=episodes)


def simulate_core(
    core: Core,
    tasks: Sequence[SimulatedTask],
    *,
    duration_ns: int,
    seed: int,
    episodes: Sequence[Episode] = (),
    worker: Worker | None = None,
) -> tuple[SimulatedJob, ...]:
    """Do as `simulate` does with a new core, whose lanes are as slow as its settings say.

    `worker` runs the stages; without one they always succeed and no job is complete early.
    """
    if duration_ns < 1:
        raise ValueError(f'duration_ns is {duration_ns}; at least 1 is needed')
    core.step(0, [TaskAdded(0, task.task) for task in tasks])
    releases = [r for task in tasks for r in _releases(task, duration_ns, seed, episodes)]
    # Stable: the jobs of one instant keep the order of the tasks.
    releases.sort(key=_time_of)
    # A single lane, or lanes of which no slow-down is known, need not be shared out.
    slow_downs = core.settings.slow_downs
    sharing = Sharing(slow_downs) if core.settings.lanes > 1 and slow_downs.factors else None
    return _Simulation(core, releases, sharing, episodes, worker).run()


class _Release(NamedTuple):
    time_ns: int
    simulated: SimulatedTask
    #: How long its stages take among the samples of their times: a share from 0 to 1 for each.
    shares: tuple[float, ...]

    @property
    def task(self) -> Task:
        return self.simulated.task

    def stage(self, variant: str, index: int) -> tuple[Stage, int]:
        """Return a stage of the job and how long it takes alone."""
        task, times = self.simulated.task, self.simulated.times
        stages = task.stages
        if variant != task.base:
            stages = next(each.stages for each in task.variants if each.name == variant)
            times = self.simulated.variant_times[variant]
        samples = times[index]
        return stages[index], samples[int(self.shares[index] * len(samples))]


#: A stage at work: (start_ns, job id, index of the stage).
_Running = tuple[int, int, int]


def _time_of(release: _Release) -> int:
    return release.time_ns


def _releases(
    simulated: SimulatedTask, duration_ns: int, seed: int, episodes: Sequence[Episode]
) -> list[_Release]:
    """Draw a task's jobs. Each task has its own stream, so tasks beside it change nothing."""
    task, jitter_ns = simulated.task, simulated.jitter_ns
    rng = Random(f'{seed} {task.name}')
    most = max(len(chain) for chain in (simulated.times, *simulated.variant_times.values()))
    releases = []
    nominal: Iterable[int] | None = simulated.arrivals_ns
    if nominal is None:
        nominal = release_times(task.period_ns, simulated.offset_ns, duration_ns, episodes)
    for nominal_ns in nominal:
        time_ns = nominal_ns + rng.randint(0, jitter_ns) if jitter_ns else nominal_ns
        shares = tuple(rng.random() for _ in range(most))
        if time_ns < duration_ns:
            releases.append(_Release(time_ns, simulated, shares))
    return releases


def release_times(
    period_ns: int, offset_ns: int, duration_ns: int, episodes: Sequence[Episode] = ()
) -> Iterator[int]:
    """Yield the instants before `duration_ns` at which frames come, more often in some episodes."""
    time_ns = offset_ns
    while time_ns < duration_ns:
        yield time_ns
        rate = math.prod(each.rate for each in episodes_at(episodes, time_ns))
        time_ns += max(1, round(period_ns / rate))


def episodes_at(episodes: Sequence[Episode], time_ns: int) -> list[Episode]:
    """Return the episodes that an instant is in."""
    return [each for each in episodes if each.start_ns <= time_ns < each.end_ns]


class _Simulation:
    """One run: the agenda are the releases, the ends of running stages and the core's wish."""

    def __init__(
        self,
        core: Core,
        releases: list[_Release],
        sharing: Sharing | None,
        episodes: Sequence[Episode],
        worker: Worker | None,
    ) -> None:
        self._core = core
        self._releases = releases
        self._sharing = sharing
        self._episodes = episodes
        self._worker = worker
        self._released = 0
        #: (end, executor, stage) of the stages whose end is certain.
        self._ends: list[tuple[int, str, _Running]] = []
        #: What runs on each shared lane, and when it ends if nothing changes.
        self._shared: dict[str, _Running] = {}
        self._shared_ends: dict[str, int] = {}
        self._wake_ns: float = math.inf
        self._spans: list[list[Span]] = [[] for _ in releases]
        self._variants = [''] * len(releases)
        self._jobs: list[SimulatedJob] = []

    def run(self) -> tuple[SimulatedJob, ...]:
        while (now_ns := self._next_ns()) is not None:
            self._step(now_ns)
        return tuple(sorted(self._jobs))

    def _next_ns(self) -> int | None:
        """Return the next instant at which something happens."""
        next_ns = self._wake_ns
        if self._ends and self._ends[0][0] < next_ns:
            next_ns = self._ends[0][0]
        for end_ns in self._shared_ends.values():
            if end_ns < next_ns:
                next_ns = end_ns
        if self._released < len(self._releases):
            release_ns = self._releases[self._released].time_ns
            if release_ns < next_ns:
                next_ns = release_ns
        return None if next_ns == math.inf else int(next_ns)

    def _step(self, now_ns: int) -> None:
        """Let the core decide on all that happens at `now_ns`, and do what it says."""
        events: list[Event] = []
        while self._ends and self._ends[0][0] <= now_ns:
            _, executor, running = heapq.heappop(self._ends)
            events.append(self._finish(executor, running, now_ns))
        sharing = self._sharing
        if sharing is not None:
            for lane in [lane for lane, end_ns in self._shared_ends.items() if end_ns <= now_ns]:
                sharing.stop(lane, now_ns)
                events.append(self._finish(lane, self._shared.pop(lane), now_ns))
                self._shared_ends = sharing.ends()
        releases = self._releases
        while self._released < len(releases) and releases[self._released].time_ns <= now_ns:
            name = releases[self._released].task.name
            events.append(JobReleased(now_ns, self._released, name))
            if self._worker is not None:
                self._worker.released(self._released, name, now_ns)
            self._released += 1
        if self._wake_ns <= now_ns:
            self._wake_ns = math.inf
        for command in self._core.step(now_ns, events):
            if isinstance(command, StartStage):
                self._start(command, now_ns)
            elif isinstance(command, EndJob):
                self._end(command)
            elif isinstance(command, WakeAt):
                self._wake_ns = command.time_ns

    def _start(self, command: StartStage, now_ns: int) -> None:
        job_id, index, executor, variant = command
        stage, length_ns = self._releases[job_id].stage(variant, index)
        if self._episodes:
            slowness = [each.slowness for each in episodes_at(self._episodes, now_ns)]
            length_ns = round(length_ns * math.prod(slowness))
        self._variants[job_id] = variant
        running = (now_ns, job_id, index)
        sharing = self._sharing
        if sharing is not None and stage.resource is Resource.ACCELERATOR:
            self._shared[executor] = running
            sharing.start(executor, stage.segment, length_ns, now_ns)
            self._shared_ends = sharing.ends()
            return
        heapq.heappush(self._ends, (now_ns + length_ns, executor, running))

    def _finish(self, executor: str, running: _Running, now_ns: int) -> Event:
        start_ns, job_id, stage = running
        span = Span(stage, executor, start_ns, now_ns)
        self._spans[job_id].append(span)
        if self._worker is None:
            return StageFinished(now_ns, job_id, stage)
        try:
            complete = self._worker.run(job_id, self._variants[job_id], span)
        except StageError as error:
            return StageFailed(now_ns, job_id, stage, str(error))
        return StageFinished(now_ns, job_id, stage, complete)

    def _end(self, command: EndJob) -> None:
        job_id = command.job_id
        release = self._releases[job_id]
        job = SimulatedJob(
            job_id,
            release.task.name,
            command.outcome,
            release.time_ns,
            release.time_ns + release.task.deadline_ns,
            command.time_ns,
            command.reason,
            command.detail,
            tuple(self._spans[job_id]),
            self._variants[job_id],
        )
        self._jobs.append(job)
        if self._worker is not None:
            self._worker.ended(job)
