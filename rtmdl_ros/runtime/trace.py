# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The last jobs in a ring buffer, and their trace for ui.perfetto.dev or chrome://tracing."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome

#: Jobs kept; some 100 s of four tasks at 30 Hz, about 11 MB.
CAPACITY = 12_000
_PROCESS = 1
_EVENTS_AT_ONCE = 50
#: How the name of a wait begins; a task's name has no blank.
_WAIT = 'wait '

TraceEvent = dict[str, Any]


#: A report without its payload as nested tuples of str and int. The garbage collector does not
#: follow such tuples; with 12 000 records as objects each full collection stopped all threads
#: for 11 to 17 ms.
_Row = tuple[
    int, str, str, int, int, int, str, str, str,
    tuple[tuple[str, str, int, int], ...],
    tuple[tuple[str, str, str, int, int], ...],
]  # fmt: skip


class Trace:
    """The reports of the last jobs, without their payloads. Safe to use from all threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Keep `capacity` reports, older ones are forgotten."""
        self._rows: deque[_Row] = deque(maxlen=capacity)
        self._lock = threading.Lock()

    def add(self, report: JobReport) -> None:
        """Remember a job that ended."""
        row = _row(report)
        with self._lock:
            self._rows.append(row)

    def reports(self) -> tuple[JobReport, ...]:
        """Return the jobs in the order in which they ended."""
        with self._lock:
            rows = list(self._rows)
        return tuple(_report(row) for row in rows)

    def write_chrome_trace(self, path: Path) -> int:
        """Write all jobs kept to `path`; returns their number. Raises OSError."""
        reports = self.reports()
        write_chrome_trace(reports, path)
        return len(reports)


def _row(report: JobReport) -> _Row:
    spans = tuple((s.stage, s.executor, s.start_ns, s.end_ns) for s in report.spans)
    waits = tuple((w.stage, w.reason.value, w.because, w.start_ns, w.end_ns) for w in report.waits)
    return (
        report.job_id,
        report.task,
        report.outcome.value,
        report.release_ns,
        report.deadline_ns,
        report.finish_ns,
        report.detail,
        _code(report.reason),
        report.variant,
        spans,
        waits,
    )


def _code(reason: Reason | None) -> str:
    return reason.value if reason else ''


def _reason(code: str) -> Reason | None:
    return Reason(code) if code else None


def _report(row: _Row) -> JobReport:
    (
        job_id, task, outcome, release_ns, deadline_ns, finish_ns, detail, code, variant,
        spans, waits,
    ) = row  # fmt: skip
    return JobReport(
        job_id=job_id,
        task=task,
        outcome=Outcome(outcome),
        release_ns=release_ns,
        deadline_ns=deadline_ns,
        finish_ns=finish_ns,
        spans=tuple(StageSpan(*span) for span in spans),
        detail=detail,
        payload=None,
        reason=_reason(code),
        waits=tuple(Wait(w[0], Reason(w[1]), *w[2:]) for w in waits),
        variant=variant,
    )


def write_chrome_trace(reports: Sequence[JobReport], path: Path) -> None:
    """Write jobs in the Trace Event Format (JSON object form), whole or not at all.

    One track an executor with the stages as slices, tied together by flow arrows; one
    asynchronous track a task with its jobs from release to end, in them the times for which
    they waited, by reason; deadlines and misses as instant events. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f'{path.name}.{os.getpid()}.tmp')
    try:
        with scratch.open('w', encoding='utf-8') as file:
            _write(chrome_trace(reports), file)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _write(trace: TraceEvent, file: TextIO) -> None:
    """Write a trace, some events at once.

    Bit by bit, as json.dump does, takes three times as long; all at once would keep the other
    threads from running for seconds.
    """
    events = trace['traceEvents']
    rest = {name: value for name, value in trace.items() if name != 'traceEvents'}
    file.write(f'{json.dumps(rest)[:-1]}, "traceEvents": [')
    for start in range(0, len(events), _EVENTS_AT_ONCE):
        some = json.dumps(events[start : start + _EVENTS_AT_ONCE])
        file.write(f'{"," if start else ""}\n{some[1:-1]}')
    file.write(']}\n')


def chrome_trace(reports: Sequence[JobReport]) -> TraceEvent:
    """Return the trace as JSON-able data; times in it count from the first release."""
    origin_ns = min((report.release_ns for report in reports), default=0)
    executors = sorted({span.executor for report in reports for span in report.spans})
    tracks = {name: number for number, name in enumerate(executors, start=1)}
    for task in sorted({report.task for report in reports}):
        tracks[_task_track(task)] = len(tracks) + 1
    events = [event for name, number in tracks.items() for event in _track(name, number)]
    for report in reports:
        events += _job_events(report, tracks, origin_ns)
    return {
        'traceEvents': events,
        'displayTimeUnit': 'ms',
        'otherData': {'origin_ns': origin_ns, 'producer': 'rtmdl_ros'},
    }


def _task_track(task: str) -> str:
    return f'task {task}'


def _track(name: str, number: int) -> list[TraceEvent]:
    common = {'ph': 'M', 'pid': _PROCESS, 'tid': number}
    return [
        {**common, 'name': 'thread_name', 'args': {'name': name}},
        {**common, 'name': 'thread_sort_index', 'args': {'sort_index': number}},
    ]


def _job_events(report: JobReport, tracks: dict[str, int], origin_ns: int) -> list[TraceEvent]:
    def at(time_ns: int, track: str, phase: str, name: str, **more: object) -> TraceEvent:
        micros = (time_ns - origin_ns) / 1000
        return {
            'name': name, 'ph': phase, 'ts': micros, 'pid': _PROCESS, 'tid': tracks[track], **more
        }  # fmt: skip

    job, task, outcome = report.job_id, report.task, report.outcome.value
    track = _task_track(task)
    args = {'job': job, 'outcome': outcome}
    about = {
        **args,
        'reason': _code(report.reason),
        'detail': report.detail,
        'variant': report.variant,
        'deadline_ns': report.deadline_ns - origin_ns,
    }
    same = {'cat': 'job', 'id': job}
    events = [at(report.release_ns, track, 'b', task, args=about, **same)]
    for wait in report.waits:
        name = f'{_WAIT}{wait.reason.value}'
        why = {'stage': wait.stage, 'because': wait.because, 'until_ns': wait.end_ns - origin_ns}
        events.append(at(wait.start_ns, track, 'b', name, args=why, **same))
        events.append(at(wait.end_ns, track, 'e', name, **same))
    events += [
        at(report.finish_ns, track, 'e', task, **same),
        at(report.deadline_ns, track, 'i', f'{task} deadline', s='t', args=args),
    ]
    if report.missed:
        events.append(at(report.finish_ns, track, 'i', f'{task} {outcome}', s='t', args=about))
    for number, span in enumerate(report.spans):
        name = f'{task} {span.stage}'
        duration = span.duration_ns / 1000
        slice_args = {**args, 'stage': span.stage, 'task': task}
        events.append(at(span.start_ns, span.executor, 'X', name, dur=duration, args=slice_args))
        if len(report.spans) > 1:
            phase = 's' if number == 0 else 'f' if number + 1 == len(report.spans) else 't'
            # 'bp': 'e' binds the arrow to the slice that contains it, not to the next one.
            arrow = {'cat': 'flow', 'id': job, 'bp': 'e'}
            events.append(at(span.start_ns, span.executor, phase, task, **arrow))
    return events


def read_chrome_trace(path: Path) -> tuple[JobReport, ...]:
    """Read back what `write_chrome_trace` wrote, times counted from the first release.

    Raises OSError, and ValueError (with the path) for a file that is no such trace.
    """
    try:
        return _reports(json.loads(path.read_text(encoding='utf-8'))['traceEvents'])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f'{path}: not a trace written by rtmdl ({error!r})') from error


def _reports(events: Sequence[TraceEvent]) -> tuple[JobReport, ...]:
    names = {e['tid']: e['args']['name'] for e in events if e['name'] == 'thread_name'}
    spans: dict[int, list[StageSpan]] = {}
    waits: dict[int, list[Wait]] = {}
    begins: dict[int, TraceEvent] = {}
    reports = []
    # A job's begin and end stand before its slices, but all of them are needed for a report.
    for event in events:
        if event['ph'] == 'X':
            start_ns = round(event['ts'] * 1000)
            end_ns = start_ns + round(event['dur'] * 1000)
            span = StageSpan(event['args']['stage'], names[event['tid']], start_ns, end_ns)
            spans.setdefault(event['args']['job'], []).append(span)
        elif event['ph'] == 'b' and event['name'].startswith(_WAIT):
            waits.setdefault(event['id'], []).append(_wait(event))
        elif event['ph'] == 'b':
            begins[event['id']] = event
    for event in events:
        if event['ph'] == 'e' and not event['name'].startswith(_WAIT):
            begin = begins[event['id']]
            args = begin['args']
            reports.append(
                JobReport(
                    job_id=event['id'],
                    task=event['name'],
                    outcome=Outcome(args['outcome']),
                    release_ns=round(begin['ts'] * 1000),
                    deadline_ns=args['deadline_ns'],
                    finish_ns=round(event['ts'] * 1000),
                    spans=tuple(spans.get(event['id'], ())),
                    detail=args['detail'],
                    payload=None,
                    reason=_reason(args['reason']),
                    waits=tuple(waits.get(event['id'], ())),
                    variant=args['variant'],
                )
            )
    return tuple(reports)


def _wait(event: TraceEvent) -> Wait:
    args = event['args']
    reason = Reason(event['name'].removeprefix(_WAIT))
    start_ns = round(event['ts'] * 1000)
    return Wait(args['stage'], reason, args['because'], start_ns, args['until_ns'])
