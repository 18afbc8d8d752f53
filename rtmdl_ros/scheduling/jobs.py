# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Jobs and tasks as the core keeps them while they live."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from rtmdl_ros.scheduling.chains import Chain, chains_of
from rtmdl_ros.scheduling.delays import Delays
from rtmdl_ros.scheduling.forks import Forks
from rtmdl_ros.scheduling.policies import Key, KeyFunction
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import LatePolicy, Stage, Task

#: Above all instants.
NEVER = 1 << 62
#: Releases whose gaps tell how often a task's jobs really come ...
_RELEASES = 5
#: ... where that is further from the given period than this part of it.
_PERIOD_TOLERANCE = 0.1
#: Frames that were held up and come all at once are no such rate: no more than so many times the
#: given one is believed.
_FASTEST = 4
#: Above all job ids: a job that has not arrived loses ties.
_NOT_RELEASED = 1 << 62


class ExpectedJob(NamedTuple):
    """A job that has not arrived."""

    key: Key
    deadline_ns: int


class Promise(NamedTuple):
    """What was forecast when a job started a stage with a chain of its choice."""

    stage: int
    at_ns: int
    done_ns: int
    chain: Chain


@dataclass(eq=False, slots=True)
class LiveJob:
    """A job that has not ended. It waits for its stage number `stage`, or runs it."""

    job_id: int
    owner: LiveTask
    #: The task as it was at the release.
    task: Task
    #: What it runs through, as far as it is known: see `choices`.
    chain: Chain
    deadline_ns: int
    key: Key
    #: What it may run through, from the least to the most accurate, and where they part.
    chains: tuple[Chain, ...] = field(init=False)
    forks: Forks = field(init=False)
    stage: int = field(init=False)
    #: Where the stage runs; None: the job waits.
    executor: str | None = None
    #: Since when its stage runs.
    since_ns: int = 0
    #: When it should be done by its last choice; None: it has chosen nothing for its stage.
    done_ns: int | None = field(init=False)
    promises: list[Promise] = field(default_factory=list)
    #: Waits in a ready queue (and not for an earlier job of its own task).
    queued: bool = False
    #: Why it waits for this stage and for whom, as last said by a `WaitStage`.
    told: tuple[Reason, str] | None = field(init=False)
    ended: bool = False
    #: The stage that the job waits for or runs.
    current: Stage = field(init=False)
    #: From that one to the last, by all that it may still run through.
    fewest_left: int = field(init=False)
    most_left: int = field(init=False)
    #: Last instant at which that may start before the job is hopeless and discarded.
    latest_start_ns: int = field(init=False)

    def __post_init__(self) -> None:
        """Wait for the first stage."""
        self.chains = self.owner.chains
        self.forks = self.owner.forks
        self._wait_for(0, self.owner.least_ns)

    def adapt(self, chains: tuple[Chain, ...]) -> None:
        """Let what it may run through have other times, before its first stage.

        When it is hopeless stays: optimistic times hardly change.
        """
        self.chains = chains
        self.chain = next(chain for chain in chains if chain.name == self.chain.name)
        self.current = self.chain.stages[0]

    def advance(self) -> None:
        """Wait for the next stage."""
        stage = self.stage + 1
        least_ns = self.chain.least_ns[stage]
        for place in self.forks.open(self.chain.name, stage):
            least_ns = min(least_ns, self.chains[place].least_ns[stage])
        self._wait_for(stage, least_ns)

    def choices(self) -> tuple[Chain, ...]:
        """Return what it may run through from this stage on; empty where none is to be chosen.

        Before the first stage these are all variants, later those that part here (`Forks`).
        """
        if self.stage == 0:
            return self.chains if self.task.variants else ()
        if not self.forks.parting(self.chain.name, self.stage):
            return ()
        return tuple(self.chains[n] for n in self.forks.open(self.chain.name, self.stage))

    def take(self, chain: Chain, done_ns: int | None) -> None:
        """Choose one of `choices`, with which the job should be done at an instant."""
        self.chain = chain
        self.done_ns = done_ns
        self.current = chain.stages[self.stage]

    def start(self, executor: str, now_ns: int) -> None:
        """Run the stage."""
        self.executor = executor
        self.since_ns = now_ns
        if self.done_ns is not None:
            self.promises.append(Promise(self.stage, now_ns, self.done_ns, self.chain))
        self._count_stages(self.stage + 1)

    @property
    def in_last_stage(self) -> bool:
        """Nothing follows the stage that runs."""
        return self.stage + 1 == len(self.chain.stages)

    def _wait_for(self, stage: int, least_ns: int) -> None:
        # What the core asks for again and again is kept, not computed.
        self.stage = stage
        self.current = self.chain.stages[stage]
        self.done_ns = None
        self.told = None
        self.latest_start_ns = self.deadline_ns - least_ns if self.discardable else NEVER
        self._count_stages(stage)

    def _count_stages(self, done: int) -> None:
        fewest, most = self.forks.stage_counts(self.chain.name, done)
        self.fewest_left = fewest - self.stage
        self.most_left = most - self.stage

    @property
    def waits(self) -> bool:
        """The job is alive and not running."""
        return self.executor is None and not self.ended

    @property
    def discardable(self) -> bool:
        """The task wants the job gone once it can no longer be on time."""
        return self.task.late is LatePolicy.DISCARD


@dataclass(eq=False, slots=True)
class LiveTask:
    """A task with its live jobs: the started ones in order of release and a fresh one."""

    task: Task
    #: Of its variants, from the least to the most accurate: with the times of the profile and with
    #: those of late.
    planned: tuple[Chain, ...] = field(init=False)
    chains: tuple[Chain, ...] = field(init=False)
    #: Where they part.
    forks: Forks = field(init=False)
    #: Of the chains the one of the plan, and the one that the next job is expected to take.
    base: Chain = field(init=False)
    foreseen: Chain = field(init=False)
    #: The least that any of them takes.
    least_ns: int = field(init=False)
    started: list[LiveJob] = field(default_factory=list)
    fresh: LiveJob | None = None
    #: When a period has passed since the last job arrived; NEVER before the first.
    next_release_ns: int = NEVER
    #: Time between releases as of late.
    period_ns: int = field(init=False)
    _releases_ns: deque[int] = field(default_factory=lambda: deque(maxlen=_RELEASES))
    #: Of jobs from their first stage on, and from a later choice on.
    _delays: tuple[Delays, Delays] = field(default_factory=lambda: (Delays(), Delays()))
    #: Set when the task was removed: why its jobs are discarded.
    removed: str | None = None

    def __post_init__(self) -> None:
        """Sum up what its chains take."""
        self.change(self.task)

    def change(self, task: Task) -> None:
        """Let jobs that are released from now on have other times, priority or deadline."""
        if self.next_release_ns < NEVER:
            # Until now it was expected as frames have come, which need not be as planned.
            self.next_release_ns += task.period_ns - self.period_ns
        self.task = task
        self.period_ns = task.period_ns
        self._releases_ns.clear()
        self.planned = chains_of(task)
        self.forks = Forks(self.planned)
        self._take(self.planned)
        self.foreseen = self.base

    @property
    def planned_base(self) -> Chain:
        """The chain of the plan, with the times of the profile."""
        return next(chain for chain in self.planned if chain.name == self.task.base)

    def adapt(self, chains: tuple[Chain, ...]) -> None:
        """Let the chains of `planned` have other times, also for a job that has not started."""
        if self.fresh is not None and self.fresh.chains is self.chains:
            self.fresh.adapt(chains)
        foreseen = self.chains.index(self.foreseen)
        self._take(chains)
        self.foreseen = chains[foreseen]

    def _take(self, chains: tuple[Chain, ...]) -> None:
        self.chains = chains
        self.base = next(chain for chain in chains if chain.name == self.task.base)
        self.least_ns = min(chain.least_ns[0] for chain in chains)

    def released(self, time_ns: int) -> None:
        """Take notice of a release, and expect the next one."""
        times_ns = self._releases_ns
        times_ns.append(time_ns)
        planned_ns = self.period_ns = self.task.period_ns
        if len(times_ns) == _RELEASES:
            gaps_ns = sorted(after - before for before, after in pairwise(times_ns))
            median_ns = gaps_ns[len(gaps_ns) // 2]
            if abs(median_ns - planned_ns) > _PERIOD_TOLERANCE * planned_ns:
                self.period_ns = max(1, planned_ns // _FASTEST, median_ns)
        self.next_release_ns = time_ns + self.period_ns

    def live(self) -> Iterable[LiveJob]:
        """All its jobs, in order of release."""
        return self.started if self.fresh is None else (*self.started, self.fresh)

    def is_active(self, now_ns: int) -> bool:
        """Tell whether it has jobs or is to have some: it does not rest, nor its camera."""
        return bool(self.started) or self.fresh is not None or self.expects_job(now_ns)

    @property
    def forgotten_ns(self) -> int:
        """When the next job has been overdue for a period: a camera that died holds nobody back."""
        return self.next_release_ns + self.period_ns

    def expects_job(self, now_ns: int) -> bool:
        """Tell whether one may come and is not forgotten yet."""
        return self.expected_ns(now_ns) < NEVER

    def expected_ns(self, now_ns: int) -> int:
        """Return when its next job comes at the earliest; NEVER where none is expected."""
        due_ns = self.next_release_ns
        if due_ns > now_ns:
            return due_ns
        return now_ns if now_ns < self.forgotten_ns else NEVER

    def expected(self, key: KeyFunction, release_ns: int) -> ExpectedJob:
        """Return the job that would come at an instant."""
        deadline_ns = release_ns + self.task.deadline_ns
        its_key = key(self.task, release_ns, deadline_ns, _NOT_RELEASED)
        return ExpectedJob(its_key, deadline_ns)

    def share_within(self, stage: int, ratio: float) -> float:
        """Return which share of its jobs takes at most so many times as long as forecast.

        That is from a stage on for which a variant was chosen.
        """
        return self._delays[stage > 0].share_within(ratio)

    def learn(self, job: LiveJob, end_ns: int) -> None:
        """Take notice of when one of its jobs ended, or would have ended had it gone on."""
        for promise in job.promises:
            # It may have become another one later, which was to take so much more or less.
            changed_ns = job.chain.usual_ns[0] - promise.chain.usual_ns[0]
            forecast_ns = promise.done_ns + changed_ns - promise.at_ns
            ratio = (end_ns - promise.at_ns) / max(1, forecast_ns)
            self._delays[promise.stage > 0].add(ratio)

    def forget(self, job: LiveJob) -> None:
        """Drop a job that has ended."""
        if job is self.fresh:
            self.fresh = None
        else:
            self.started.remove(job)

    def waiting(self) -> list[LiveJob]:
        """All jobs of the task that are not running, in order of release."""
        jobs = [job for job in self.started if job.waits]
        return jobs if self.fresh is None else [*jobs, self.fresh]

    def newly_ready(self) -> list[LiveJob]:
        """Return the waiting jobs that may go to a ready queue and are in none.

        The pipelining rule. Jobs of a task pass each stage one at a time and in order of
        release: results come in order, and a stage's function never runs beside itself. Stages
        are counted from the end, as variants may differ in their number: whatever the two may
        still run through, the job ahead is to be nearer to its end. If the task has changed
        between the two, their stages need not be the same, and the job ahead is to be further from
        its beginning, too. A fresh job starts only when no started job of the task waits: otherwise
        preprocessed frames would age in front of a busy accelerator, where a newer one could have
        come.
        """
        if len(self.started) == 1 and self.fresh is None:
            # Nobody to wait for: by far the most frequent case, found out cheaply.
            job = self.started[0]
            return [job] if job.executor is None and not job.queued else []
        ready = []
        held = False
        ahead: LiveJob | None = None
        for job in self.started:
            if job.waits:
                held = True
                if not job.queued and (ahead is None or _may_follow(job, ahead)):
                    ready.append(job)
            ahead = job
        fresh = self.fresh
        if fresh is None or fresh.queued or held:
            return ready
        if ahead is None or _may_follow(fresh, ahead):
            ready.append(fresh)
        return ready


def _may_follow(job: LiveJob, ahead: LiveJob) -> bool:
    if ahead.most_left >= job.fewest_left:
        return False
    return ahead.task is job.task or ahead.stage > job.stage
