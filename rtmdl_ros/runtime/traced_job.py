# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A job's report in little memory, as thousands of them are kept."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome

#: Texts, which are shared with other jobs' but for the detail, and all whole numbers as one run of
#: bytes. The garbage collector does not follow such tuples; with 12 000 records as objects each
#: full collection stopped all threads for 11 to 17 ms.
TracedJob = tuple[tuple[str, ...], bytes]

#: Texts of a job, a span and a wait.
_OF_JOB, _OF_SPAN, _OF_WAIT = 5, 2, 3
#: Numbers of a job; each of its spans and waits has two more.
_NUMBERS = 5
_INT64 = 'q'


def packed(report: JobReport) -> TracedJob:
    """Return a report without its payload."""
    reason = report.reason.value if report.reason else ''
    texts = [report.task, report.outcome.value, report.detail, reason, report.variant]
    numbers = [
        report.job_id, report.release_ns, report.deadline_ns, report.finish_ns, len(report.spans),
    ]  # fmt: skip
    for span in report.spans:
        texts += span.stage, span.executor
        numbers += span.start_ns, span.end_ns
    for wait in report.waits:
        texts += wait.stage, wait.reason.value, wait.because
        numbers += wait.start_ns, wait.end_ns
    return tuple(texts), array(_INT64, numbers).tobytes()


def unpacked(job: TracedJob) -> JobReport:
    """Return what was packed; its payload is None."""
    texts, numbers = job[0], array(_INT64, job[1])
    task, outcome, detail, reason, variant = texts[:_OF_JOB]
    job_id, release_ns, deadline_ns, finish_ns, spans = numbers[:_NUMBERS]
    first_wait = _OF_JOB + _OF_SPAN * spans
    times = iter(numbers[_NUMBERS:])
    return JobReport(
        job_id=job_id,
        task=task,
        outcome=Outcome(outcome),
        release_ns=release_ns,
        deadline_ns=deadline_ns,
        finish_ns=finish_ns,
        spans=tuple(
            StageSpan(stage, executor, next(times), next(times))
            for stage, executor in _groups(texts[_OF_JOB:first_wait], _OF_SPAN)
        ),
        detail=detail,
        payload=None,
        reason=Reason(reason) if reason else None,
        waits=tuple(
            Wait(stage, Reason(why), because, next(times), next(times))
            for stage, why, because in _groups(texts[first_wait:], _OF_WAIT)
        ),
        variant=variant,
    )


def _groups(texts: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*[iter(texts)] * size, strict=True)
