# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Jobs as a trace for ui.perfetto.dev or chrome://tracing, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.text_file import replacing

_PROCESS = 1
_EVENTS_AT_ONCE = 50
#: How the name of a wait begins; a task's name has no blank.
_WAIT = 'wait '

TraceEvent = dict[str, Any]


def write_chrome_trace(reports: Iterable[JobReport], path: Path) -> None:
    """Write jobs in the Trace Event Format (JSON object form), whole or not at all.

    `reports` are gone through twice, a generator will not do.

    One track an executor with the stages as slices, tied together by flow arrows; one
    asynchronous track a task with its jobs from release to end, in them the times for which
    they waited, by reason; deadlines and misses as instant events. Raises OSError.
    """
    with replacing(path) as partial, partial.open('w', encoding='utf-8') as file:
        _write(chrome_trace(reports), file)


def holds_trace(path: Path) -> bool:
    """Tell by its first line whether a file is such a trace."""
    with path.open('rb') as file:
        return b'"producer": "rtmdl_ros"' in file.readline(1000)


def _write(trace: TraceEvent, file: TextIO) -> None:
    """Write a trace, some events at once.

    Bit by bit, as json.dump does, takes three times as long; all at once would keep the other
    threads from running for seconds, and take some 8 kB a job.
    """
    rest = {name: value for name, value in trace.items() if name != 'traceEvents'}
    file.write(f'{json.dumps(rest)[:-1]}, "traceEvents": [')
    between = ''
    while some := list(islice(trace['traceEvents'], _EVENTS_AT_ONCE)):
        file.write(f'{between}\n{json.dumps(some)[1:-1]}')
        between = ','
    file.write(']}\n')


def chrome_trace(reports: Iterable[JobReport]) -> TraceEvent:
    """Return the trace as JSON-able data but for its events, which are an iterator.

    Times in it count from the first release. `reports` are gone through twice.
    """
    origin_ns, tracks = _layout(reports)
    return {
        'traceEvents': _events(reports, tracks, origin_ns),
        'displayTimeUnit': 'ms',
        'otherData': {'origin_ns': origin_ns, 'producer': 'rtmdl_ros'},
    }


def _layout(reports: Iterable[JobReport]) -> tuple[int, dict[str, int]]:
    """Return the first release, 0 where there is none, and the number of each track."""
    origin_ns: int | None = None
    executors: set[str] = set()
    tasks: set[str] = set()
    for report in reports:
        release_ns = report.release_ns
        origin_ns = release_ns if origin_ns is None else min(origin_ns, release_ns)
        executors.update(span.executor for span in report.spans)
        tasks.add(_task_track(report.task))
    names = (*sorted(executors), *sorted(tasks))
    return origin_ns or 0, {name: number for number, name in enumerate(names, start=1)}


def _events(
    reports: Iterable[JobReport], tracks: dict[str, int], origin_ns: int
) -> Iterator[TraceEvent]:
    for name, number in tracks.items():
        yield from _track(name, number)
    for report in reports:
        yield from _job_events(report, tracks, origin_ns)


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
        'reason': report.reason.value if report.reason else '',
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
    except (AttributeError, KeyError, TypeError, ValueError) as error:
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
                    reason=Reason(args['reason']) if args['reason'] else None,
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
