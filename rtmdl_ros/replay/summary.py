# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a replay for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from rtmdl_ros.evidence.table import percent, task_table, variants_in_words
from rtmdl_ros.replay.clock import LONGEST_GAP_NS
from rtmdl_ros.replay.results import TaskReplay
from rtmdl_ros.replay.run import ReplayRun
from rtmdl_ros.workload.frame_period import remark_on_period
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_S

#: Classes that a line has room for.
_MOST_CLASSES = 5


def summary_table(run: ReplayRun) -> Table:
    """Return one column a task, narrow enough for 80 columns with two tasks."""
    result = run.result
    mode = result.mode
    time = 'real time' if mode.real_time else f'virtual time, seed {mode.seed}'
    rate = '' if mode.rate == 1.0 else f', {mode.rate:g} times as fast'
    title = f'replay of {result.duration_s:.1f} s in {time}{rate}'
    return task_table(title, [task.result for task in result.tasks])


def remarks(run: ReplayRun) -> tuple[str, ...]:
    """Return what the table has no room for, one line each."""
    result = run.result
    return (
        *(variants_in_words(task.result) for task in result.tasks),
        *(_found(task) for task in result.tasks),
        *_unscored(result.tasks),
        *_failures(run),
        *run.replayed.problems,
        *(
            f'camera {name}: {len(track.times_ns)} frames at {track.rate_hz:.1f} Hz from '
            f'{track.source}'
            for name, track in result.tracks.items()
        ),
        *_lost(run),
        *_jumps(run),
        *_wrong_periods(run),
        *_other_images(run),
        f'lanes busy: {percent(result.accelerator_utilization)} of the time, {result.lanes} in all',
    )


def _found(task: TaskReplay) -> str:
    frequent = sorted(task.found.items(), key=lambda each: -each[1])
    found = ', '.join(f'{name} {count}' for name, count in frequent[:_MOST_CLASSES]) or 'nothing'
    more = len(frequent) - _MOST_CLASSES
    found += f' and {more} other classes' if more > 0 else ''
    accuracy = ''
    if task.on_time_accuracy is not None:
        accuracy = (
            f'; on-time accuracy {percent(task.on_time_accuracy)} '
            '(mAP at IoU 0.5, a missed frame finds nothing)'
        )
    return f'{task.result.task}: found in frames on time: {found}{accuracy}'


def _unscored(tasks: Sequence[TaskReplay]) -> Iterator[str]:
    """Tell of which tasks not all frames, or not all messages of the truth, were used."""
    for task in tasks:
        scored, messages = task.frames_scored, task.truth_messages
        if scored is None or messages is None or scored == task.result.released == messages:
            continue
        yield (
            f'{task.result.task}: {scored} of {task.result.released} frames were scored, by '
            f'{messages} messages of the truth; one counts where a single frame has its stamp'
        )


def _failures(run: ReplayRun) -> Iterator[str]:
    """Tell why jobs failed: of each task the first."""
    told = set()
    for report in run.replayed.reports:
        if report.outcome is Outcome.FAILED and report.task not in told:
            told.add(report.task)
            yield f'{report.task}: the first that failed: {report.detail}'


def _lost(run: ReplayRun) -> Iterator[str]:
    """Tell of cameras of which fewer frames are there than the recording says."""
    for name, track in run.result.tracks.items():
        if len(track.times_ns) < track.promised:
            yield (
                f'camera {name}: the recording says that it has {track.promised} frames; '
                f'{track.promised - len(track.times_ns)} of them are not there'
            )


def _jumps(run: ReplayRun) -> Iterator[str]:
    """Tell of the first jump of the clock, and how many more there are."""
    jumps = run.result.jumps
    if jumps:
        first, more = jumps[0], len(jumps) - 1
        gap_s = LONGEST_GAP_NS // NS_PER_S if first.by_ns > 0 else 0
        yield (
            f'after frame {first.frames} the clock of the recording jumps by '
            f'{first.by_ns / NS_PER_S:+.1f} s; replayed as a gap of {gap_s} s'
            f'{f"; {more} more jumps" if more else ""}'
        )


def _wrong_periods(run: ReplayRun) -> Iterator[str]:
    for name, task in run.configuration.tasks.items():
        rate_hz = run.result.tracks[task.camera].rate_hz * run.result.mode.rate
        remark = remark_on_period(name, task.period_ms, 1e3 / rate_hz) if rate_hz else ''
        if remark:
            yield f'{name}: {remark}'


def _other_images(run: ReplayRun) -> Iterator[str]:
    """Tell of cameras whose images take longer to decode than those of the profile."""
    for name, track in run.result.tracks.items():
        measured, shown = run.configuration.cameras[name].images, track.images
        compressed = shown.compressed and not measured.compressed
        if shown.pixels > measured.pixels or compressed:
            fields = {
                'width': shown.width != measured.width,
                'height': shown.height != measured.height,
                'transport': shown.compressed != measured.compressed,
            }
            wrong = ', '.join(f'{name}.{field}' for field, differs in fields.items() if differs)
            yield (
                f'camera {name}: images are {shown}, stages were measured with {measured}; set '
                f'{wrong} for the profile'
            )
