# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Runs a scene through the scheduling core and says line by line what it decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rtmdl_ros.bench.worked_example.scenes import Scene
from rtmdl_ros.evidence.simulated import report_of
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.scheduling.commands import Command, EndJob, StartStage, WaitStage
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import Event, JobReleased
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import SimulatedJob
from rtmdl_ros.simulation.simulate import simulate_core
from rtmdl_ros.workload.records import Outcome, Stage
from rtmdl_ros.workload.units import NS_PER_MS

#: Longer than all scenes.
_DURATION_NS = 200 * NS_PER_MS
#: An instant, what the core was told then and what it decided.
_Step = tuple[int, list[Event], list[Command]]
_Worth = JobReleased | StartStage | WaitStage | EndJob


@dataclass(frozen=True)
class Told:
    """What became of a scene."""

    #: One a release and a decision, in their order; times in ms from the first frame on.
    lines: tuple[str, ...]
    reports: tuple[JobReport, ...]


def tell(scene: Scene) -> Told:
    """Run a scene in virtual time."""
    core = _TellingCore(scene)
    jobs = simulate_core(core, scene.tasks, duration_ns=_DURATION_NS, seed=0)
    chains = {each.task.name: _chains(scene, each.task.name) for each in scene.tasks}
    reports = tuple(report_of(job, chains[job.task][job.variant]) for job in jobs)
    return Told(tuple(_Story(jobs, chains).lines(core.steps)), reports)


class _TellingCore(Core):
    """The scheduling core, and all that it was told and has decided."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(
            SchedulerSettings(
                lanes=scene.lanes, packing=scene.packing, slow_downs=scene.slow_downs
            )
        )
        self.steps: list[_Step] = []

    def step(self, now_ns: int, events: Iterable[Event] = ()) -> list[Command]:
        events = list(events)
        commands = super().step(now_ns, events)
        self.steps.append((now_ns, events, commands))
        return commands


#: By variant.
_Chains = Mapping[str, tuple[Stage, ...]]


def _chains(scene: Scene, name: str) -> _Chains:
    task = next(each.task for each in scene.tasks if each.task.name == name)
    return {'': task.stages} | {each.name: each.stages for each in task.variants}


class _Story:
    """Decisions in words, with what is known of the jobs afterwards."""

    def __init__(self, jobs: Iterable[SimulatedJob], chains: Mapping[str, _Chains]) -> None:
        self._jobs = {job.job_id: job for job in jobs}
        self._chains = chains
        #: Of each job, what was last told.
        self._variants: dict[int, str] = {}
        counts: Counter[str] = Counter()
        #: Name of each job: its task and which of its frames it is.
        self._names: dict[int, str] = {}
        for job in self._jobs.values():
            counts[job.task] += 1
            self._names[job.job_id] = f'{job.task} {counts[job.task]}'

    def lines(self, steps: Iterable[_Step]) -> Iterator[str]:
        width = max(map(len, self._names.values()))
        for now_ns, events, commands in steps:
            for happened in (*events, *commands):
                if isinstance(happened, _Worth):
                    name = self._names[happened.job_id]
                    yield f'{_ms(now_ns):>5}  {name:{width}}  {self._words(happened)}'

    def _words(self, happened: _Worth) -> str:
        if isinstance(happened, JobReleased):
            return f'frame arrives, due at {_ms(self._jobs[happened.job_id].deadline_ns)}'
        if isinstance(happened, StartStage):
            return self._start(happened)
        if isinstance(happened, WaitStage):
            because = f': {happened.because}' if happened.because else ''
            stage = self._stage(happened.job_id, happened.stage)
            return f'waits for {stage} ({happened.reason.value}{because})'
        return self._end(happened)

    def _start(self, start: StartStage) -> str:
        span = self._jobs[start.job_id].spans[start.stage]
        stage = self._stage(start.job_id, start.stage)
        known = self._variants.get(start.job_id, '')
        variant = f', variant {start.variant}' if start.variant != known else ''
        self._variants[start.job_id] = start.variant
        return f'{stage} on {start.executor} until {_ms(span.end_ns)}{variant}'

    def _end(self, end: EndJob) -> str:
        outcome = end.outcome.value.replace('_', ' ')
        if end.outcome.finished:
            after_ns = end.time_ns - self._jobs[end.job_id].release_ns
            return f'{outcome}, {_ms(after_ns)} ms after its frame'
        if end.outcome is Outcome.SUPERSEDED:
            newer = int(end.detail.rpartition(' ')[2])
            return f'superseded by {self._names[newer]}'
        return f'{outcome}: {end.detail}'

    def _stage(self, job_id: int, stage: int) -> str:
        job = self._jobs[job_id]
        return self._chains[job.task][job.variant][stage].name


def _ms(time_ns: int) -> str:
    return f'{time_ns / NS_PER_MS:.1f}'
