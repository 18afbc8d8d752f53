# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The state machine: events of one instant in, commands out (docs/scheduling.md)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rtmdl_ros.scheduling.choice import Chooser
from rtmdl_ros.scheduling.commands import Command, EndJob, StartStage, WaitStage, WakeAt
from rtmdl_ros.scheduling.errors import (
    DuplicateTaskError,
    JobOrderError,
    StageNotRunningError,
    TimeOrderError,
    UnknownJobError,
    UnknownTaskError,
)
from rtmdl_ros.scheduling.events import (
    Event,
    JobReleased,
    StageFailed,
    StageFinished,
    TaskAdded,
    TaskChanged,
    TaskRemoved,
)
from rtmdl_ros.scheduling.guard import Guard, Objection
from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import KEY_FUNCTIONS
from rtmdl_ros.scheduling.pools import Pool
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.scheduling.slowness import PERIOD_NS, Slowness, counted_since_ns
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Packing, Resource, Task
from rtmdl_ros.workload.units import NS_PER_US


class Core:
    """The scheduler. Deterministic: the same steps give the same commands.

    1. CPU and accelerator stages have ready queues of their own, served independently by
       `cpu_workers` executors 'cpu0', 'cpu1', ... and `lanes` executors 'lane0', ...
    2. Ready stages are served in the order of `policy` (`rtmdl_ros.scheduling.policies`) and
       are never preempted.
    3. A task's waiting job that has started no stage is superseded by the task's next release.
       How jobs of one task overlap: `LiveTask.newly_ready`. A task that changes makes its jobs
       more urgent at once, and less urgent from the next release on.
    4. A waiting job whose remaining stages, by their optimistic times, end after its deadline
       is discarded at the first nanosecond at which that is so, unless its task says
       `LatePolicy.RUN`. A job that ends exactly at its deadline is on time.
    5. Under `Packing.GUARDED` a stage starts on a free executor only if no more urgent job
       misses its deadline through it (`rtmdl_ros.scheduling.guard`), beside it on another lane
       or behind it; ready stages that are less urgent and shorter may then go first. Under
       `Packing.GREEDY` it starts at once.
    6. A job of a task with variants is done with the one of which most on-time accuracy is to be
       expected (`rtmdl_ros.scheduling.choice`), chosen when its first stage starts, and once more
       before a network that not all of the variants share which it may still become.
    7. The times of stages follow those that were measured (`rtmdl_ros.scheduling.slowness`).

    A job that has finished its last stage (or a stage that completes it) is ON_TIME or LATE
    even if its task has been removed meanwhile.
    """

    def __init__(self, settings: SchedulerSettings) -> None:
        """Start without tasks at no particular time."""
        self.settings = settings
        self._key = KEY_FUNCTIONS[settings.policy]
        counts = {Resource.CPU: settings.cpu_workers, Resource.ACCELERATOR: settings.lanes}
        self._chooser = Chooser(self._key, counts, settings.slow_downs)
        self._slowness = Slowness(settings.slow_downs, settings.lanes)
        self._adapted_ns = 0
        self._guard: Guard | None = None
        if settings.packing is Packing.GUARDED:
            self._guard = Guard(self._key, counts, settings.slow_downs)
        #: Why the guard holds ready jobs back, by job id, as of the last step.
        self._held: dict[int, Objection] = {}
        # The accelerator is served first: a job that leaves its queue may let the task's
        # fresh job, which mostly begins on the CPU, take part in the same instant.
        self._pools = {
            Resource.ACCELERATOR: Pool('lane', settings.lanes),
            Resource.CPU: Pool('cpu', settings.cpu_workers),
        }
        self._served = tuple(self._pools.values())
        #: The executors' names and kinds.
        self.executors: Mapping[str, Resource] = {
            name: kind for kind in Resource for name in self._pools[kind].executors
        }
        self._tasks: dict[str, LiveTask] = {}
        self._jobs: dict[int, LiveJob] = {}
        self._last_job_id = -1
        self._now_ns: int | None = None
        self._wake_ns: int | None = None
        self._commands: list[Command] = []
        #: Jobs that began to wait in this step.
        self._arrivals: list[LiveJob] = []
        #: (latest start, job id, stage) of jobs that were left waiting; may hold past waits.
        self._expiries: list[tuple[int, int, int]] = []
        self._handlers: dict[type, Callable[[Any], None]] = {
            TaskAdded: self._task_added,
            TaskChanged: self._task_changed,
            TaskRemoved: self._task_removed,
            JobReleased: self._job_released,
            StageFinished: self._stage_finished,
            StageFailed: self._stage_failed,
        }

    def slowness(self, resource: Resource, now_ns: int) -> float:
        """Return the ratio of recent to profiled stage times of a resource; 1: as profiled."""
        return self._slowness.of(resource, now_ns)

    def step(self, now_ns: int, events: Iterable[Event] = ()) -> list[Command]:
        """Take all events of the instant `now_ns`, then decide; returns what is to be done.

        Without events: time has passed. Raises a `SchedulingError` for an impossible event. That
        one has no effect, those before it are in force, and what they command comes with the next
        step; those after it were not taken.
        """
        if self._now_ns is not None and now_ns < self._now_ns:
            raise TimeOrderError(f'time went back from {self._now_ns} to {now_ns} ns')
        self._now_ns = now_ns
        for event in events:
            if event.time_ns > now_ns:
                raise TimeOrderError(f'{event} is reported at {now_ns} ns, before it happened')
            self._handlers[type(event)](event)
        if now_ns - self._adapted_ns >= PERIOD_NS:
            self._adapt(now_ns)
        if self._arrivals or self._expiries:
            self._discard_hopeless(now_ns)
        self._dispatch(now_ns)
        self._plan_wake()
        commands, self._commands = self._commands, []
        return commands

    # Events: each handler checks first and changes nothing when it raises.

    def _task_added(self, event: TaskAdded) -> None:
        name = event.task.name
        if name in self._tasks:
            raise DuplicateTaskError(f'task {name} exists already')
        self._tasks[name] = LiveTask(event.task)
        self._chooser.forget()

    def _task_changed(self, event: TaskChanged) -> None:
        live = self._task(event.task.name)
        live.change(event.task)
        self._chooser.forget()
        for job in live.live():
            self._hurry(job, event.task)

    def _task_removed(self, event: TaskRemoved) -> None:
        live = self._task(event.task)
        live.removed = event.detail
        del self._tasks[event.task]
        self._chooser.forget()
        self._slowness.forget(event.task)
        for job in live.waiting():
            self._end(job, Outcome.DISCARDED, event.time_ns, Reason.TASK_REMOVED, event.detail)

    def _job_released(self, event: JobReleased) -> None:
        live = self._task(event.task)
        if event.job_id <= self._last_job_id:
            raise JobOrderError(f'job {event.job_id} released after job {self._last_job_id}')
        self._last_job_id = event.job_id
        task = live.task
        deadline_ns = event.time_ns + task.deadline_ns
        key = self._key(task, event.time_ns, deadline_ns, event.job_id)
        live.released(event.time_ns)
        job = LiveJob(event.job_id, live, task, live.foreseen, deadline_ns, key)
        if live.fresh is not None:
            detail = f'superseded by job {job.job_id}'
            self._end(live.fresh, Outcome.SUPERSEDED, event.time_ns, Reason.NEWER_JOB, detail)
        live.fresh = job
        self._jobs[job.job_id] = job
        self._wait(job)

    def _stage_finished(self, event: StageFinished) -> None:
        job = self._running(event.job_id, event.stage)
        self._vacate(job, event.time_ns - counted_since_ns(job, event.start_ns))
        if event.complete or job.in_last_stage:
            on_time = event.time_ns <= job.deadline_ns
            outcome = Outcome.ON_TIME if on_time else Outcome.LATE
            job.owner.learn(job, event.time_ns)
            self._end(job, outcome, event.time_ns)
        elif job.owner.removed is not None:
            why = job.owner.removed
            self._end(job, Outcome.DISCARDED, event.time_ns, Reason.TASK_REMOVED, why)
        else:
            job.advance()
            self._wait(job)

    def _stage_failed(self, event: StageFailed) -> None:
        job = self._running(event.job_id, event.stage)
        self._vacate(job, None)
        self._end(job, Outcome.FAILED, event.time_ns, Reason.STAGE_FAILED, event.detail)

    def _task(self, name: str) -> LiveTask:
        live = self._tasks.get(name)
        if live is None:
            known = ', '.join(sorted(self._tasks)) or 'none'
            raise UnknownTaskError(f'there is no task {name} (tasks: {known})')
        return live

    def _running(self, job_id: int, stage: int) -> LiveJob:
        job = self._jobs.get(job_id)
        if job is None:
            raise UnknownJobError(f'job {job_id} was never released or has ended')
        if job.executor is None or job.stage != stage:
            state = 'runs' if job.executor is not None else 'waits for'
            raise StageNotRunningError(
                f'stage {stage} of job {job_id} is not running: the job {state} stage {job.stage}'
            )
        return job

    # Life of a job.

    def _wait(self, job: LiveJob) -> None:
        self._arrivals.append(job)
        fresh = job.owner.fresh
        if fresh is not None and fresh.queued:
            # A fresh job goes behind a started one of its task that waits again.
            self._pools[fresh.current.resource].remove(fresh)
            self._arrivals.append(fresh)
        self._admit(job.owner)

    def _hurry(self, job: LiveJob, task: Task) -> None:
        """Make a job at least as urgent as if its task had been `task` already.

        Later jobs wait for it. Were they the more urgent ones, all might wait in a circle: they for
        it, it for a job of another task, and that one for them.
        """
        release_ns = job.deadline_ns - job.task.deadline_ns
        key = self._key(task, release_ns, release_ns + task.deadline_ns, job.job_id)
        if key >= job.key:
            return
        if not job.queued:
            job.key = key
            return
        pool = self._pools[job.current.resource]
        pool.remove(job)
        job.key = key
        pool.add(job)

    def _admit(self, live: LiveTask) -> None:
        for job in live.newly_ready():
            self._pools[job.current.resource].add(job)

    def _vacate(self, job: LiveJob, took_ns: int | None) -> None:
        assert job.executor is not None and self._now_ns is not None
        self._slowness.ended(job, self._now_ns, took_ns)
        if self._guard is not None:
            self._guard.ended(job.executor, self._now_ns)
        self._pools[job.current.resource].free(job.executor)
        job.executor = None

    def _end(
        self,
        job: LiveJob,
        outcome: Outcome,
        time_ns: int,
        reason: Reason | None = None,
        detail: str = '',
    ) -> None:
        if job.queued:
            self._pools[job.current.resource].remove(job)
        job.ended = True
        job.owner.forget(job)
        del self._jobs[job.job_id]
        self._commands.append(EndJob(job.job_id, outcome, time_ns, reason, detail))
        self._admit(job.owner)

    def _start(self, job: LiveJob, now_ns: int) -> None:
        live = job.owner
        stage = job.current
        executor = self._pools[stage.resource].take(job)
        job.start(executor, now_ns)
        self._slowness.started(job, now_ns)
        if self._guard is not None:
            self._guard.started(executor, stage, now_ns)
        if job is live.fresh:
            live.fresh = None
            live.started.append(job)
        self._commands.append(StartStage(job.job_id, job.stage, executor, job.chain.name))
        if live.fresh is not None:
            self._admit(live)

    def _adapt(self, now_ns: int) -> None:
        """Let the times of all chains follow those that stages took of late."""
        self._adapted_ns = now_ns
        self._slowness.renew(now_ns)
        for name, live in self._tasks.items():
            chains = self._slowness.chains(name, live.planned, live.chains)
            if chains is not None:
                live.adapt(chains)

    # Decisions, after all events of the instant.

    def _discard_hopeless(self, now_ns: int) -> None:
        for job in self._arrivals:
            if now_ns > job.latest_start_ns and job.waits:
                self._discard(job, now_ns)
        while self._expiries and self._expiries[0][0] < now_ns:
            _, job_id, stage = heapq.heappop(self._expiries)
            if self._still_waits(job_id, stage):
                self._discard(self._jobs[job_id], now_ns)

    def _discard(self, job: LiveJob, now_ns: int) -> None:
        needed_ns, left_ns = job.deadline_ns - job.latest_start_ns, job.deadline_ns - now_ns
        # Rounded apart: mostly it is a nanosecond that is too little.
        detail = (
            f'hopeless before stage {job.current.name}: {-(-needed_ns // NS_PER_US) / 1e3:.3f} ms '
            f'needed, {left_ns // NS_PER_US / 1e3:.3f} ms left'
        )
        job.owner.learn(job, now_ns + job.chain.usual_ns[job.stage])
        self._end(job, Outcome.DISCARDED, now_ns, Reason.HOPELESS, detail)

    def _dispatch(self, now_ns: int) -> None:
        self._held.clear()
        started = True
        while started:
            started = False
            for pool in self._served:
                if pool.ready and pool.idle and self._start_one(pool, now_ns):
                    # Ask anew: what runs has changed, and a job of the same task may follow.
                    started = True
                    self._held.clear()
        for job in self._arrivals:
            if not job.queued and job.waits:
                self._tell_wait(job, Reason.EARLIER_JOB, job.task.name)
        for pool in self._served:
            for job in pool.ready:
                objection = self._held.get(job.job_id)
                if objection is None:
                    self._tell_wait(job, Reason.EXECUTORS_BUSY, '')
                else:
                    self._tell_wait(job, objection.reason, objection.because)

    def _start_one(self, pool: Pool, now_ns: int) -> bool:
        """Start the most urgent of the ready jobs that may start; tells whether there is one."""
        for job in pool.ready:
            choices = job.choices()
            if choices:
                job.take(*self._chooser.choose(job, choices, self._tasks.values(), now_ns))
            if self._guard is not None:
                objection = self._guard.objection(job, self._tasks.values(), now_ns)
                if objection is not None:
                    self._held[job.job_id] = objection
                    continue
            self._start(job, now_ns)
            return True
        return False

    def _tell_wait(self, job: LiveJob, reason: Reason, because: str) -> None:
        if job.told != (reason, because):
            job.told = reason, because
            self._commands.append(WaitStage(job.job_id, job.stage, reason, because))

    def _plan_wake(self) -> None:
        """Wish to be woken when a waiting job becomes hopeless or may be asked for again."""
        for job in self._arrivals:
            if job.latest_start_ns < NEVER and job.waits:
                heapq.heappush(self._expiries, (job.latest_start_ns, job.job_id, job.stage))
        self._arrivals.clear()
        while self._expiries and not self._still_waits(*self._expiries[0][1:]):
            heapq.heappop(self._expiries)
        wake_ns = self._expiries[0][0] + 1 if self._expiries else None
        for objection in self._held.values():
            lapse_ns = objection.lapse_ns
            if lapse_ns is not None and (wake_ns is None or lapse_ns < wake_ns):
                wake_ns = lapse_ns
        if wake_ns is not None and wake_ns != self._wake_ns:
            self._commands.append(WakeAt(wake_ns))
        self._wake_ns = wake_ns

    def _still_waits(self, job_id: int, stage: int) -> bool:
        job = self._jobs.get(job_id)
        return job is not None and job.stage == stage and job.waits
