# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A workload at a load on one machine: its periods, frames, phases and changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from math import prod

from rtmdl_ros.bench.cameras import Absence, Camera, Change
from rtmdl_ros.bench.workload_file import Disturbance, Kind, WorkloadSpec
from rtmdl_ros.bench.workloads import RunnableTask
from rtmdl_ros.planning.demand import mean_ns
from rtmdl_ros.planning.problem import PlannedTask
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.simulation.records import Episode
from rtmdl_ros.workload.records import LatePolicy, Resource, Task
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S


@dataclass(frozen=True)
class Phase:
    """A part of a run in which nothing changes; times in nanoseconds after the start."""

    start_ns: int
    end_ns: int
    #: By camera how many times as often as usual its frames come.
    rates: Mapping[str, float]
    #: By task how many times as long as usual its deadline is; of those that are there.
    deadlines: Mapping[str, float]
    #: Processes that compute without pause.
    hogs: int


@dataclass(frozen=True)
class Scenario:
    """A workload with the periods that it has on a machine."""

    spec: WorkloadSpec
    seconds: float
    #: Load of one lane by the largest variants while nothing disturbs.
    utilization: float
    #: Of each camera, in nanoseconds.
    periods_ns: Mapping[str, int]

    @property
    def duration_ns(self) -> int:
        """Length of a run in nanoseconds."""
        return round(self.seconds * NS_PER_S)

    @property
    def functions(self) -> dict[str, str]:
        """What each task computes."""
        return {name: task.function for name, task in self.spec.tasks.items()}

    def undisturbed(self, seconds: float) -> Scenario:
        """Return it with another length and without what disturbs."""
        return replace(self, spec=replace(self.spec, disturbances=()), seconds=seconds)

    def cameras(self) -> tuple[Camera, ...]:
        """Return the cameras, with the times in which they are faster or tasks are not there."""
        return tuple(self._camera(name) for name in self.spec.cameras)

    def _camera(self, name: str) -> Camera:
        period_ns = self.periods_ns[name]
        tasks = tuple(task for task, own in self.spec.tasks.items() if own.camera == name)
        episodes, absences = [], []
        for each in self.spec.disturbances:
            start_ns, end_ns = self._at(each.start), self._at(each.end)
            if each.kind is Kind.RATE and each.target == name:
                episodes.append(Episode(start_ns, end_ns, each.factor))
            elif each.kind is Kind.ABSENT and each.target in tasks:
                absences.append(Absence(each.target, start_ns, end_ns))
        offset_ns = round(self.spec.cameras[name].offset * period_ns)
        return Camera(tasks, period_ns, offset_ns, tuple(episodes), tuple(absences))

    def hogs(self) -> list[tuple[float, float]]:
        """Return start and length in seconds of the times in which a core is taken."""
        return [
            (each.start * self.seconds, (each.end - each.start) * self.seconds)
            for each in self.spec.disturbances
            if each.kind is Kind.HOG
        ]

    def planned_tasks(
        self, phase: Phase | None = None, late: LatePolicy = LatePolicy.DISCARD
    ) -> tuple[PlannedTask, ...]:
        """Return the tasks as they are planned: usually, or in a phase."""
        tasks = []
        for name, task in self.spec.tasks.items():
            period_ns = self.periods_ns[task.camera]
            deadline_ns = round(task.deadline * period_ns)
            if phase:
                if name not in phase.deadlines:
                    continue
                deadline_ns = round(deadline_ns * phase.deadlines[name])
                period_ns = round(period_ns / phase.rates[task.camera])
            tasks.append(
                PlannedTask(
                    name, task.function, period_ns, deadline_ns, late=late, camera=task.camera
                )
            )
        return tuple(tasks)

    def phases(self) -> Iterator[Phase]:
        """Yield the parts of a run in which nothing changes, in order; none is empty."""
        disturbances = self.spec.disturbances
        borders = sorted({0.0, 1.0, *(b for d in disturbances for b in (d.start, d.end))})
        for start, end in pairwise(borders):
            if self._at(start) == self._at(end):
                continue
            now = [each for each in disturbances if each.start <= start < each.end]
            away = {each.target for each in now if each.kind is Kind.ABSENT}
            yield Phase(
                self._at(start),
                self._at(end),
                {camera: _factor(now, Kind.RATE, camera) for camera in self.spec.cameras},
                {t: _factor(now, Kind.DEADLINE, t) for t in self.spec.tasks if t not in away},
                sum(each.kind is Kind.HOG for each in now),
            )

    def changes(self, tasks: Sequence[RunnableTask]) -> list[Change]:
        """Return how the runtime's tasks change on the way; first, all are there as they are."""
        changes: list[Change] = []
        for each in tasks:
            task: Task | None = each.task
            for phase in self.phases():
                factor = phase.deadlines.get(each.task.name)
                before = task
                task = None
                if factor is not None:
                    task = replace(each.task, deadline_ns=round(each.task.deadline_ns * factor))
                if task != before:
                    change = partial(_change, each=each, before=before, after=task)
                    changes.append((phase.start_ns, change))
        return sorted(changes, key=lambda change: change[0])

    def _at(self, share: float) -> int:
        return round(share * self.duration_ns)


def _factor(now: Sequence[Disturbance], kind: Kind, target: str) -> float:
    return prod(each.factor for each in now if each.kind is kind and each.target == target)


def _change(
    runtime: Runtime, each: RunnableTask, before: Task | None, after: Task | None
) -> None:
    if after is None:
        runtime.remove_task(each.task.name)
    elif before is None:
        runtime.add_task(after, each.stages)
    else:
        runtime.change_task(after)


def scenario_of(
    spec: WorkloadSpec, profile: Profile, seconds: float, utilization: float | None = None
) -> Scenario:
    """Stretch the periods of a workload to a load of one lane by the largest variants.

    Without `utilization` the workload's own counts, and without that the periods stay.
    """
    periods_ns = {name: each.period_ms * NS_PER_MS for name, each in spec.cameras.items()}
    load = sum(
        mean_ns(profile.functions[task.function][-1], Resource.ACCELERATOR)
        / periods_ns[task.camera]
        for task in spec.tasks.values()
    )
    wanted = utilization or spec.utilization or load
    stretched = {name: round(ns * load / wanted) for name, ns in periods_ns.items()}
    return Scenario(spec, seconds, wanted, stretched)
