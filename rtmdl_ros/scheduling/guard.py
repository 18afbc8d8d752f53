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

from bisect import insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import ceil
from operator import attrgetter
from typing import NamedTuple

from rtmdl_ros.scheduling.backlog import meets_all
from rtmdl_ros.scheduling.gaps import Reservation, first_gap
from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import Key, KeyFunction
from rtmdl_ros.scheduling.sharing import Sharing
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import LatePolicy, Resource, Stage
from rtmdl_ros.workload.slow_downs import SlowDowns


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


_KEY = attrgetter('key')
#: In place of the executor that a stage would take.
_CANDIDATE = ''


class RunningStage(NamedTuple):
    """A stage that occupies an executor; `left_ns` is what is left of it, running alone."""

    stage: Stage
    left_ns: float


class Guard:
    """Forecasts the more urgent jobs with and without a candidate for a free executor.

    The forecast assumes that each stage takes its `worst_ns`, that periodic jobs arrive a period
    after the last one, and that no further less urgent stage starts (each is asked for when its
    turn comes). For the most urgent task no end is forecast too early: where its deadline is not
    above its period, it misses none through others as long as those assumptions hold and its job
    keeps the variant that is foreseen. A job whose own worst times are longer than its deadline is
    late in any case. For the tasks between, it places stages of more urgent jobs before theirs, one
    lane at a time, and of each of those tasks only one job to come: a later one may still take the
    time that was left.
    """

    def __init__(self, key: KeyFunction, executors: Mapping[Resource, int], slow: SlowDowns):
        """`executors` counts the executors of each kind."""
        self._key = key
        self._counts = executors
        self._slow = slow
        lanes = executors[Resource.ACCELERATOR]
        #: The most that anything beside it slows a segment down, by segment.
        self._slowest: dict[str, float] = {}
        for (segment, _), factor in slow.factors.items():
            self._slowest[segment] = max(factor, self._slowest.get(segment, 1.0))
        #: A single lane shares with none.
        self._sharing = Sharing(slow) if lanes > 1 else None
        #: The stage of each executor at work, and when it ends at the latest, running alone.
        self._started: dict[str, tuple[Stage, int]] = {}
        self._idle = dict(executors)

    def started(self, executor: str, stage: Stage, now_ns: int) -> None:
        """Take notice of a stage that starts."""
        self._started[executor] = (stage, now_ns + stage.worst_ns)
        self._idle[stage.resource] -= 1
        if self._sharing is not None and stage.resource is Resource.ACCELERATOR:
            self._sharing.start(executor, stage.segment, stage.worst_ns, now_ns)

    def ended(self, executor: str, now_ns: int) -> None:
        """Take notice of the end of the stage on an executor."""
        stage, _ = self._started.pop(executor)
        self._idle[stage.resource] += 1
        if self._sharing is not None and stage.resource is Resource.ACCELERATOR:
            self._sharing.stop(executor, now_ns)

    def _running(self, now_ns: int) -> Mapping[str, RunningStage]:
        left_ns = self._sharing.left(now_ns) if self._sharing is not None else {}
        return {
            executor: RunningStage(stage, left_ns.get(executor, end_ns - now_ns))
            for executor, (stage, end_ns) in self._started.items()
        }

    def objection(
        self, candidate: LiveJob, tasks: Collection[LiveTask], now_ns: int
    ) -> Objection | None:
        """Return why the candidate's stage must not start now, or None if it may."""
        stage = candidate.current
        lanes = stage.resource is Resource.ACCELERATOR
        shares = lanes and self._idle[Resource.ACCELERATOR] < self._counts[Resource.ACCELERATOR]
        if stage.worst_ns > 0 and not (shares and self._may_be_unknown(stage)):
            free_ns = self._all_free_ns(stage, now_ns)
            if meets_all(candidate, tasks, self._key, now_ns, free_ns):
                return None
        demands = self._demands(candidate, tasks, now_ns)
        if not demands:
            return None
        if stage.worst_ns == 0:
            first = demands[0]
            return Objection(Reason.LENGTH_UNKNOWN, first.task, first.lapse_ns) if shares else None
        running = self._running(now_ns)
        if shares and (unknown := self._unknown(stage, demands, running)):
            return unknown
        with_it = {**running, _CANDIDATE: RunningStage(stage, stage.worst_ns)}
        ends_ns = _latest_ends(demands, with_it, self._counts, self._slow, now_ns)
        if all(end_ns <= each.deadline_ns for each, end_ns in zip(demands, ends_ns, strict=True)):
            return None
        # Lost only if no slow-down is needed to be late: what is feared may not come.
        without_ns = _latest_ends(demands, running, self._counts, None, now_ns)
        for demand, end_ns, alone_ns in zip(demands, ends_ns, without_ns, strict=True):
            if alone_ns <= demand.deadline_ns < end_ns:
                return Objection(Reason.URGENT_JOB, demand.task, _lapse_ns(demand, now_ns))
        return None

    def _may_be_unknown(self, stage: Stage) -> bool:
        """Tell whether it is unknown how a stage and one on a lane slow each other down."""
        return any(
            not self._slow.known(other.segment, stage.segment)
            for other, _ in self._started.values()
            if other.resource is Resource.ACCELERATOR
        )

    def _all_free_ns(self, stage: Stage, now_ns: int) -> int:
        """Return the latest end of a stage that starts now and of all that run."""
        free_ns = now_ns + stage.worst_ns
        for _, end_ns in self._started.values():
            free_ns = max(free_ns, end_ns)
        if self._sharing is None:
            return free_ns
        left_ns = self._sharing.left(now_ns)
        segments = {name: self._started[name][0].segment for name in left_ns}
        if stage.resource is Resource.ACCELERATOR:
            left_ns[_CANDIDATE] = stage.worst_ns
            segments[_CANDIDATE] = stage.segment
        factors = self._slow.at_once(list(segments.values()))
        for (name, segment), factor in zip(segments.items(), factors, strict=True):
            factor *= self._slowest.get(segment, 1.0)
            free_ns = max(free_ns, now_ns + ceil(left_ns[name] * factor))
        return free_ns

    def _unknown(
        self, stage: Stage, demands: Iterable[Demand], running: Mapping[str, RunningStage]
    ) -> Objection | None:
        for demand in demands:
            beside = running.get(demand.executor) if demand.executor is not None else None
            if beside is None or beside.stage.resource is not Resource.ACCELERATOR:
                continue
            if not self._slow.known(beside.stage.segment, stage.segment):
                return Objection(Reason.SLOW_DOWN_UNKNOWN, demand.task, demand.lapse_ns)
        return None

    # Who is more urgent.

    def _demands(
        self, candidate: LiveJob, tasks: Iterable[LiveTask], now_ns: int
    ) -> list[Demand]:
        """Return the more urgent jobs, the most urgent first; of its own task the earlier ones."""
        demands = []
        for live in tasks:
            for job in live.live():
                if job.key < candidate.key:
                    demands.append(_live_demand(job, now_ns))
            if live is candidate.owner:
                continue
            expected = self._expected(live, candidate, now_ns)
            if expected is not None:
                demands.append(expected)
        demands.sort(key=_KEY)
        return demands

    def _expected(self, live: LiveTask, candidate: LiveJob, now_ns: int) -> Demand | None:
        """Return the task's next job if it is more urgent than the candidate.

        A job that is overdue may come at any instant, until it is forgotten.
        """
        release_ns = live.expected_ns(now_ns)
        if release_ns == NEVER:
            return None
        key, deadline_ns = live.expected(self._key, release_ns)
        if key >= candidate.key:
            return None
        task, chain, lapse_ns = live.task, live.foreseen, live.forgotten_ns
        least_ns = chain.least_ns[0] if task.late is LatePolicy.DISCARD else None
        return Demand(
            task.name, key, release_ns, deadline_ns, chain.stages, None, lapse_ns, least_ns
        )


def _latest_ends(
    demands: Sequence[Demand],
    running: Mapping[str, RunningStage],
    executors: Mapping[Resource, int],
    slow: SlowDowns | None,
    now_ns: int,
) -> list[int]:
    """Return when each demand ends, in their order, if no less urgent stage starts.

    `running` is by executor, `executors` how many there are. Without slow-downs, lanes are taken
    not to slow each other down.
    """
    ends = _latest_ends_of_running(demands, running, executors, slow, now_ns)
    on: dict[Resource, list[tuple[int, Stage]]] = {kind: [] for kind in executors}
    for name, each in running.items():
        on[each.stage.resource].append((ends[name], each.stage))
    timelines: dict[Resource, _Lanes | _Workers] = {
        Resource.ACCELERATOR: _Lanes(
            on[Resource.ACCELERATOR], executors[Resource.ACCELERATOR], slow
        ),
        Resource.CPU: _Workers([end for end, _ in on[Resource.CPU]], executors[Resource.CPU]),
    }
    forecast = []
    for demand in demands:
        ready_ns = demand.ready_ns
        if demand.executor is not None:
            ready_ns = ends[demand.executor]
        if demand.least_ns is not None and ready_ns + demand.least_ns > demand.deadline_ns:
            # It will be discarded: its stages keep nobody waiting.
            forecast.append(ready_ns + demand.least_ns)
            continue
        for stage in demand.stages:
            ready_ns = timelines[stage.resource].place(stage, ready_ns)
        forecast.append(ready_ns)
    return forecast


def _latest_ends_of_running(
    demands: Sequence[Demand],
    running: Mapping[str, RunningStage],
    executors: Mapping[Resource, int],
    slow: SlowDowns | None,
    now_ns: int,
) -> dict[str, int]:
    """Return by executor when what it runs now ends, slowed down by all that may be beside it."""
    factors: dict[str, float] = {}
    if slow is not None and executors[Resource.ACCELERATOR] > 1:
        factors = _factors(demands, running, slow, now_ns)
    return {
        name: now_ns + ceil(max(0.0, each.left_ns) * factors.get(name, 1.0))
        for name, each in running.items()
    }


def _factors(
    demands: Sequence[Demand], running: Mapping[str, RunningStage], slow: SlowDowns, now_ns: int
) -> dict[str, float]:
    """Return by lane how many times as long as alone what it runs takes at the most."""
    lanes = {
        name: each
        for name, each in running.items()
        if each.stage.resource is Resource.ACCELERATOR
    }
    now = slow.at_once([each.stage.segment for each in lanes.values()])
    return {
        name: factor * _later_factor(demands, name, each, factor, slow, now_ns)
        for (name, each), factor in zip(lanes.items(), now, strict=True)
    }


def _later_factor(
    demands: Sequence[Demand],
    lane: str,
    running: RunningStage,
    factor: float,
    slow: SlowDowns,
    now_ns: int,
) -> float:
    """Return how much longer a lane's stage takes at the most beside what is still to start.

    A stage never runs beside later ones of its own job, nor beside those of a job that comes when
    it is over at the latest. `factor` is for what runs beside it now.
    """
    beside = [
        (demand.ready_ns, slow.factor(running.stage.segment, stage.segment))
        for demand in demands
        if demand.executor != lane
        for stage in demand.stages
    ]
    most = max((each for _, each in beside), default=1.0)
    end_ns = now_ns + ceil(max(0.0, running.left_ns) * factor * most)
    return max((each for ready_ns, each in beside if ready_ns < end_ns), default=1.0)


class _Workers:
    """The CPU workers: each with reservations behind what it runs now, in order of time."""

    def __init__(self, ends_ns: Sequence[int], count: int) -> None:
        """Take when those that run something end it."""
        self._rows = [[(0, end_ns)] for end_ns in ends_ns]
        self._rows += [[] for _ in range(count - len(ends_ns))]

    def place(self, stage: Stage, ready_ns: int) -> int:
        """Reserve the earliest time for a stage; returns its end."""
        gaps = [first_gap(row, ready_ns, stage.worst_ns) for row in self._rows]
        number = min(range(len(gaps)), key=lambda each: gaps[each][0])
        start_ns, _, place = gaps[number]
        end_ns = start_ns + stage.worst_ns
        self._rows[number].insert(place, (start_ns, end_ns))
        return end_ns


class _Lanes:
    """The lanes: what they run now, and a reservation after the other."""

    def __init__(
        self, beside: Sequence[tuple[int, Stage]], executors: int, slow: SlowDowns | None
    ) -> None:
        """Take the (end, stage) of what runs now; `slow`: it slows down what is beside it."""
        self._beside = beside if slow is not None and executors > 1 else ()
        self._slow = slow
        self._free_ns = min(end_ns for end_ns, _ in beside) if len(beside) >= executors else 0
        self._reserved: list[Reservation] = []

    def place(self, stage: Stage, ready_ns: int) -> int:
        """Reserve the earliest time for a stage; returns its end."""
        start_ns, length_ns = self._shared(stage, max(ready_ns, self._free_ns))
        for first_ns, last_ns in self._reserved:
            if first_ns >= start_ns + length_ns:
                break
            if last_ns > start_ns:
                start_ns, length_ns = self._shared(stage, last_ns)
        end_ns = start_ns + length_ns
        insort(self._reserved, (start_ns, end_ns))
        return end_ns

    def _shared(self, stage: Stage, start_ns: int) -> tuple[int, int]:
        """Return start and length of a stage, not before `start_ns`, beside what runs now."""
        if not self._beside:
            return start_ns, stage.worst_ns
        assert self._slow is not None
        for end_ns, other in self._beside:
            # Not beside it: what it costs is not known.
            if end_ns > start_ns and not self._slow.known(stage.segment, other.segment):
                start_ns = end_ns
        length_ns = float(stage.worst_ns)
        for end_ns, other in self._beside:
            if end_ns <= start_ns:
                continue
            factor = self._slow.factor(stage.segment, other.segment)
            shared_ns = min(end_ns - start_ns, length_ns * factor)
            length_ns += shared_ns - shared_ns / factor
        return start_ns, ceil(length_ns)


def _live_demand(job: LiveJob, now_ns: int) -> Demand:
    first = job.stage + (job.executor is not None)
    stages = job.chain.stages[first:]
    least_ns = job.chain.least_ns[first] if job.discardable else None
    return Demand(
        job.task.name, job.key, now_ns, job.deadline_ns, stages, job.executor, None, least_ns
    )


def _lapse_ns(demand: Demand, now_ns: int) -> int | None:
    """Return when a demand holds nobody back any more though nothing has happened."""
    if demand.executor is None:
        return demand.lapse_ns
    # It is lost when the stage that it runs takes so long.
    lost_ns = demand.deadline_ns - sum(stage.worst_ns for stage in demand.stages) + 1
    return lost_ns if lost_ns > now_ns else None
