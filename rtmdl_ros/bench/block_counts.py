# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""For how many stages of others the most urgent task waits: from reports, without a clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Resource, Task


@dataclass(frozen=True)
class Blocking:
    """What an accelerator stage of the most urgent task waited for."""

    job_id: int
    stage: str
    #: Stages of other tasks on its lane between the instant it was ready and its start.
    stages: int
    #: For how long they ran within that time, in nanoseconds.
    blocked_ns: int


def blockings(task: Task, reports: Iterable[JobReport]) -> tuple[Blocking, ...]:
    """Return the blocking of each accelerator stage that jobs of `task` came to.

    `reports` are those of all jobs of a run, `task` is more urgent than all others.

    The rule. A stage is ready when the scheduler knows it: when it learned of the release or of
    the end of the stage before, and no earlier job of the task goes first. That instant is the
    beginning of the stage's first wait for any other reason, taken under the scheduler's lock.
    A stage without such a wait was started in the step in which it became ready: nobody came
    between. A stage of another task blocks it if it ended after that instant and began before
    the stage itself did, on the same lane; for a stage that never began, before its job ended,
    on whichever lane there were most.

    Not the end of the span before: that is taken outside the lock. A lane that gets the lock
    first may then end one stage and rightly begin another of less urgent tasks.

    At most one is the promise, for a task that begins on the CPU. In one that begins on the
    accelerator a fresh job gives its place in the queue up to a started one, and may be blocked
    once more after that.
    """
    reports = tuple(reports)
    lanes = _stages_of_others(task.name, reports)
    return tuple(
        blocking
        for report in reports
        if report.task == task.name
        for blocking in _of_job(task, report, lanes)
    )


#: By lane the stages of other tasks in order of time.
_Lanes = dict[str, list[StageSpan]]


def _stages_of_others(task: str, reports: Sequence[JobReport]) -> _Lanes:
    lanes: _Lanes = {}
    for report in reports:
        for span in report.spans:
            spans = lanes.setdefault(span.executor, [])
            if report.task != task:
                spans.append(span)
    for spans in lanes.values():
        spans.sort(key=lambda span: span.start_ns)
    return lanes


def _of_job(task: Task, report: JobReport, lanes: _Lanes) -> list[Blocking]:
    found = []
    for index, stage in enumerate(task.stages[: len(report.spans) + 1]):
        if stage.resource is not Resource.ACCELERATOR:
            continue
        ready_ns = _ready_ns(report, stage.name)
        begun = index < len(report.spans)
        if ready_ns is None:
            if begun:
                found.append(Blocking(report.job_id, stage.name, 0, 0))
            continue
        if begun:
            span = report.spans[index]
            counts = [_between(lanes[span.executor], ready_ns, span.start_ns)]
        else:
            kind = [spans for name, spans in lanes.items() if name.startswith('lane')]
            counts = [_between(spans, ready_ns, report.finish_ns) for spans in kind]
        found.append(Blocking(report.job_id, stage.name, *max(counts, default=(0, 0))))
    return found


def _ready_ns(report: JobReport, stage: str) -> int | None:
    """Return when the scheduler knew a stage to be ready that it could not start at once."""
    return next(
        (
            wait.start_ns
            for wait in report.waits
            if wait.stage == stage and wait.reason is not Reason.EARLIER_JOB
        ),
        None,
    )


def _between(spans: Sequence[StageSpan], ready_ns: int, start_ns: int) -> tuple[int, int]:
    """Return number and time of the stages of one lane that ran within an interval."""
    # On one lane ends are in order if starts are.
    first = bisect_right(spans, ready_ns, key=lambda span: span.end_ns)
    count = blocked_ns = 0
    for span in spans[first:]:
        if span.start_ns >= start_ns:
            break
        count += 1
        blocked_ns += min(span.end_ns, start_ns) - max(span.start_ns, ready_ns)
    return count, blocked_ns
