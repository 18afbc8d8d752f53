# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Jobs and tasks as the core keeps them while they live."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from rtmdl_ros.scheduling.policies import Key
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import LatePolicy, Stage, Task

#: Above all instants.
NEVER = 1 << 62


def _to_the_end(times: list[int]) -> tuple[int, ...]:
    """Return the sums from each time on."""
    return tuple(reversed(list(accumulate(reversed(times)))))


@dataclass(eq=False, slots=True)
class LiveJob:
    """A job that has not ended. It waits for its stage number `stage`, or runs it."""

    job_id: int
    owner: LiveTask
    #: The task as it was at the release.
    task: Task
    remaining_ns: tuple[int, ...]
    worst_ns: tuple[int, ...]
    deadline_ns: int
    key: Key
    stage: int = field(init=False)
    #: Where the stage runs; None: the job waits.
    executor: str | None = None
    #: Waits in a ready queue (and not for an earlier job of its own task).
    queued: bool = False
    #: Why it waits for this stage, as last said by a `WaitStage`.
    told: Reason | None = field(init=False)
    ended: bool = False
    #: The stage that the job waits for or runs.
    current: Stage = field(init=False)
    #: Last instant at which that may start before the job is hopeless and discarded.
    latest_start_ns: int = field(init=False)

    def __post_init__(self) -> None:
        """Wait for the first stage."""
        self._wait_for(0)

    def advance(self) -> None:
        """Wait for the next stage."""
        self._wait_for(self.stage + 1)

    def _wait_for(self, stage: int) -> None:
        # What the core asks for again and again is kept, not computed.
        self.stage = stage
        self.current = self.task.stages[stage]
        self.told = None
        last_ns = self.deadline_ns - self.remaining_ns[stage]
        self.latest_start_ns = last_ns if self.discardable else NEVER

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
    #: By stage, from its start to the end of the chain: optimistic and, also after the last, worst.
    remaining_ns: tuple[int, ...] = field(init=False)
    worst_ns: tuple[int, ...] = field(init=False)
    started: list[LiveJob] = field(default_factory=list)
    fresh: LiveJob | None = None
    #: When a period has passed since the last job arrived; NEVER before the first.
    next_release_ns: int = NEVER
    #: Set when the task was removed: why its jobs are discarded.
    removed: str | None = None

    def __post_init__(self) -> None:
        """Sum up what each stage and those after it take."""
        self.change(self.task)

    def change(self, task: Task) -> None:
        """Let jobs that are released from now on have other times, priority or deadline."""
        if self.next_release_ns < NEVER:
            self.next_release_ns += task.period_ns - self.task.period_ns
        self.task = task
        self.remaining_ns = _to_the_end([stage.optimistic_ns for stage in task.stages])
        self.worst_ns = _to_the_end([*(stage.worst_ns for stage in task.stages), 0])

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
        release: results come in order, and a stage's function never runs beside itself. A
        fresh job starts only when no started job of the task waits: otherwise preprocessed
        frames would age in front of a busy accelerator, where a newer one could have come.
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
                if not job.queued and (ahead is None or ahead.stage > job.stage):
                    ready.append(job)
            ahead = job
        fresh = self.fresh
        passed = ahead is None or ahead.stage > 0
        if fresh is not None and not fresh.queued and not held and passed:
            ready.append(fresh)
        return ready
