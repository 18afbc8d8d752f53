# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whether a stage may start without costing a more urgent job its deadline (rule 5).

A free executor is not reason enough to start a stage that cannot be preempted: a more urgent job
may run beside it on another lane, or arrive while it runs. That a stage may better wait for a
job that has not arrived yet is the idea of M. Nasri and M. Kargahi, "Precautious-RM: a
predictable non-preemptive scheduling algorithm for harmonic tasks", Real-Time Systems 50 (2014);
here it is asked by a forecast, for chains of stages and for lanes that slow each other down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from rtmdl_ros.scheduling.jobs import LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import Key, KeyFunction
from rtmdl_ros.scheduling.sharing import Sharing
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import LatePolicy, Resource, Stage
from rtmdl_ros.workload.slow_downs import SlowDowns

#: Above all job ids: a job that has not arrived loses ties.
_NOT_RELEASED = 1 << 62


class Objection(NamedTuple):
    """Why a stage must wait."""

    reason: Reason
    #: The task of the more urgent job.
    because: str
    #: When to ask again even if nothing has happened until then; None: no need.
    lapse_ns: int | None


class Demand(NamedTuple):
    """What a more urgent job still needs: `stages` from `ready_ns` on."""

    task: str
    key: Key
    ready_ns: int
    deadline_ns: int
    stages: tuple[Stage, ...]
    #: Where it runs the stage before these; None: it waits or is only expected.
    executor: str | None
    #: For an expected job: when it is no longer expected.
    lapse_ns: int | None
    #: The least that `stages` take; None: the job runs on even if it will be late.
    least_ns: int | None


@dataclass(frozen=True)
class RunningStage:
    """A stage that occupies an executor; `left_ns` is what is left of it, running alone."""

    stage: Stage
    left_ns: float


class Guard:
    """Forecasts the more urgent jobs with and without a candidate for a free executor.

    The forecast assumes that each stage takes its `worst_ns`, that periodic jobs arrive a period
    after the last one, and that no further less urgent stage starts (each is asked for when its
    turn comes). For the most urgent task it is never too early: no deadline of that task which is
    not above its period is missed through others, as long as those assumptions hold. For the
    tasks between, it places stages of more urgent jobs before theirs, one lane at a time.
    """

    def __init__(self, key: KeyFunction, executors: Mapping[Resource, int], slow: SlowDowns):
        """`executors` counts the executors of each kind."""
        self._key = key
        self._executors = executors
        self._slow = slow
        self._sharing = Sharing(slow)
        #: The stage of each executor at work, and when it started.
        self._started: dict[str, tuple[Stage, int]] = {}

    def started(self, executor: str, stage: Stage, now_ns: int) -> None:
        """Take notice of a stage that starts."""
        self._started[executor] = (stage, now_ns)
        if stage.resource is Resource.ACCELERATOR:
            self._sharing.start(executor, stage.segment, stage.worst_ns, now_ns)

    def ended(self, executor: str, now_ns: int) -> None:
        """Take notice of the end of the stage on an executor."""
        stage, _ = self._started.pop(executor)
        if stage.resource is Resource.ACCELERATOR:
            self._sharing.stop(executor, now_ns)

    def _running(self, now_ns: int) -> Mapping[str, RunningStage]:
        left_ns = self._sharing.left(now_ns)
        return {
            executor: RunningStage(
                stage, left_ns.get(executor, start_ns + stage.worst_ns - now_ns)
            )
            for executor, (stage, start_ns) in self._started.items()
        }

    def objection(
        self, candidate: LiveJob, tasks: Iterable[LiveTask], now_ns: int
    ) -> Objection | None:
        """Return why the candidate's stage must not start now, or None if it may."""
        demands = self._demands(candidate, tasks, now_ns)
        if not demands:
            return None
        running = self._running(now_ns)
        stage = candidate.current
        shares = stage.resource is Resource.ACCELERATOR and any(
            other.stage.resource is Resource.ACCELERATOR for other in running.values()
        )
        if stage.worst_ns == 0:
            first = demands[0]
            return Objection(Reason.LENGTH_UNKNOWN, first.task, first.lapse_ns) if shares else None
        if shares and (unknown := self._unknown(stage, demands, running)):
            return unknown
        end_ns = now_ns + stage.worst_ns
        if not shares and all(demand.ready_ns >= end_ns for demand in demands):
            return None  # over before any of them is there
        with_it = {**running, '': RunningStage(stage, stage.worst_ns)}
        forecast = _Forecast(self._executors, self._slow, now_ns)
        late = [d for d, end in forecast.latest_ends(demands, with_it) if end > d.deadline_ns]
        if not late:
            return None
        # Lost only if no slow-down is needed to be late: what is feared may not come.
        alone = _Forecast(self._executors, None, now_ns)
        without = dict(alone.latest_ends(demands, running))
        for demand in late:
            if without[demand] <= demand.deadline_ns:
                return Objection(Reason.URGENT_JOB, demand.task, demand.lapse_ns)
        return None

    def _unknown(
        self, stage: Stage, demands: Iterable[Demand], running: Mapping[str, RunningStage]
    ) -> Objection | None:
        for demand in demands:
            beside = running.get(demand.executor or '')
            if beside is None or beside.stage.resource is not Resource.ACCELERATOR:
                continue
            if not self._slow.known(beside.stage.segment, stage.segment):
                return Objection(Reason.SLOW_DOWN_UNKNOWN, demand.task, demand.lapse_ns)
        return None

    # Who is more urgent.

    def _demands(
        self, candidate: LiveJob, tasks: Iterable[LiveTask], now_ns: int
    ) -> list[Demand]:
        """Return the more urgent jobs, the most urgent first."""
        demands = []
        for live in tasks:
            if live is candidate.owner:
                continue
            for job in live.started if live.fresh is None else (*live.started, live.fresh):
                if job.key < candidate.key:
                    demands.append(_live_demand(job, now_ns))
            expected = self._expected(live, candidate, now_ns)
            if expected is not None:
                demands.append(expected)
        demands.sort(key=lambda demand: demand.key)
        return demands

    def _expected(self, live: LiveTask, candidate: LiveJob, now_ns: int) -> Demand | None:
        """Return the task's next job if it is more urgent than the candidate.

        A job that is overdue may come at any instant; after a whole period it is forgotten, so
        that a camera that died holds nobody back.
        """
        if live.last_release_ns is None:
            return None
        task = live.task
        release_ns = live.last_release_ns + task.period_ns
        lapse_ns = release_ns + task.period_ns
        if now_ns >= lapse_ns:
            return None
        release_ns = max(release_ns, now_ns)
        deadline_ns = release_ns + task.deadline_ns
        key = self._key(task, release_ns, deadline_ns, _NOT_RELEASED)
        if key >= candidate.key:
            return None
        least_ns = live.remaining_ns[0] if task.late is LatePolicy.DISCARD else None
        return Demand(
            task.name, key, release_ns, deadline_ns, task.stages, None, lapse_ns, least_ns
        )


class _Forecast:
    """What becomes of jobs if no less urgent stage starts from now on."""

    def __init__(
        self, executors: Mapping[Resource, int], slow: SlowDowns | None, now_ns: int
    ) -> None:
        """Without slow-downs, lanes are taken not to slow each other down."""
        self._executors = executors
        self._slow = slow
        self._now_ns = now_ns

    def latest_ends(
        self, demands: Sequence[Demand], running: Mapping[str, RunningStage]
    ) -> list[tuple[Demand, int]]:
        """Return when each demand ends, the most urgent first; `running` by executor."""
        future = {
            stage.segment
            for demand in demands
            for stage in demand.stages
            if stage.resource is Resource.ACCELERATOR
        }
        ends = {
            name: self._now_ns + ceil(max(0.0, stage.left_ns) * self._factor(name, running, future))
            for name, stage in running.items()
        }
        reserved: dict[Resource, list[tuple[int, int]]] = {kind: [] for kind in Resource}
        forecast = []
        for demand in demands:
            ready_ns = demand.ready_ns
            if demand.executor is not None:
                ready_ns = ends[demand.executor]
            if demand.least_ns is not None and ready_ns + demand.least_ns > demand.deadline_ns:
                # It will be discarded: its stages keep nobody waiting.
                forecast.append((demand, ready_ns + demand.least_ns))
                continue
            for stage in demand.stages:
                ready_ns = self._place(stage, ready_ns, running, ends, reserved[stage.resource])
            forecast.append((demand, ready_ns))
        return forecast

    def _factor(
        self, name: str, running: Mapping[str, RunningStage], future: Iterable[str]
    ) -> float:
        """Return the most that a running stage can be slowed down until it ends."""
        stage = running[name].stage
        if self._slow is None or stage.resource is not Resource.ACCELERATOR:
            return 1.0
        factor = 1.0
        for other_name, other in running.items():
            if other_name != name and other.stage.resource is Resource.ACCELERATOR:
                factor *= self._slow.factor(stage.segment, other.stage.segment)
        if self._executors[Resource.ACCELERATOR] > 1:
            factors = (self._slow.factor(stage.segment, other) for other in future)
            factor *= max(factors, default=1.0)
        return factor

    def _place(
        self,
        stage: Stage,
        ready_ns: int,
        running: Mapping[str, RunningStage],
        ends: Mapping[str, int],
        reserved: list[tuple[int, int]],
    ) -> int:
        """Reserve the earliest time for a stage beside what runs; returns its end."""
        beside = [
            (ends[name], other.stage)
            for name, other in running.items()
            if other.stage.resource is stage.resource
        ]
        if len(beside) >= self._executors[stage.resource]:
            ready_ns = max(ready_ns, min(end_ns for end_ns, _ in beside))
        length_ns = float(stage.worst_ns)
        if self._slow is not None and stage.resource is Resource.ACCELERATOR:
            for end_ns, other in beside:
                if end_ns <= ready_ns:
                    continue
                if self._slow.known(stage.segment, other.segment):
                    factor = self._slow.factor(stage.segment, other.segment)
                    shared_ns = min(end_ns - ready_ns, length_ns * factor)
                    length_ns += shared_ns - shared_ns / factor
                else:
                    # Not beside it: what it costs is not known.
                    ready_ns = end_ns
        start_ns = ready_ns
        for first_ns, last_ns in sorted(reserved):
            if first_ns >= start_ns + length_ns:
                break
            start_ns = max(start_ns, last_ns)
        end_ns = start_ns + ceil(length_ns)
        reserved.append((start_ns, end_ns))
        return end_ns


def _live_demand(job: LiveJob, now_ns: int) -> Demand:
    first = job.stage + (job.executor is not None)
    stages = job.task.stages[first:]
    least_ns = (*job.remaining_ns, 0)[first] if job.discardable else None
    return Demand(
        job.task.name, job.key, now_ns, job.deadline_ns, stages, job.executor, None, least_ns
    )
