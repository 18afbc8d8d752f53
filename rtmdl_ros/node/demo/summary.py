# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run as a table for people."""

from collections.abc import Callable

from rich import box
from rich.table import Table

from rtmdl_ros.node.demo.live import milliseconds, percent
from rtmdl_ros.node.demo.results import DemoResult, TaskResult

#: Variants that a line has room for.
_MOST_VARIANTS = 3

_Row = tuple[str, Callable[[TaskResult], str]]

_JOBS: tuple[_Row, ...] = (
    ('frames released', lambda task: str(task.released)),
    ('  on time', lambda task: str(task.on_time)),
    ('  late', lambda task: str(task.late)),
    ('  superseded by a newer frame', lambda task: str(task.superseded)),
    ('  discarded as hopeless', lambda task: str(task.discarded)),
    ('  failed', lambda task: str(task.failed)),
    ('miss ratio', lambda task: percent(task.miss_ratio)),
)
_TIMES: tuple[_Row, ...] = (
    ('deadline', lambda task: milliseconds(task.deadline_ms)),
    ('response time, median', lambda task: milliseconds(task.response_ms.p50)),
    ('  95th percentile', lambda task: milliseconds(task.response_ms.p95)),
    ('  99th percentile', lambda task: milliseconds(task.response_ms.p99)),
    ('  maximum', lambda task: milliseconds(task.response_ms.max)),
    ('of it waiting, median', lambda task: milliseconds(task.added_ms.p50)),
)
_ACCURACY: tuple[_Row, ...] = (
    ('objects shown', lambda task: str(task.scores[0].objects)),
    ('detections on time', lambda task: str(task.scores[0].detections)),
    ('accuracy to be expected', lambda task: percent(task.expected_accuracy or None)),
    ('precision', lambda task: percent(task.scores[0].precision)),
    ('recall in frames on time', lambda task: percent(task.scores[0].recall_answered)),
    ('recall in all frames', lambda task: percent(task.scores[0].recall_on_time)),
    ('  the same at IoU 0.3', lambda task: percent(task.scores[1].recall_on_time)),
)


def summary_table(result: DemoResult) -> Table:
    """Return one column a task, narrow enough for 80 columns with two tasks."""
    title = f'{result.workload}, {result.duration_s:g} s, seed {result.seed}'
    table = Table(title=title, title_justify='left', box=box.SIMPLE_HEAD)
    table.add_column('')
    for task in result.tasks:
        table.add_column(task.task, justify='right')
    for section in (_JOBS, _TIMES, _ACCURACY):
        for name, value in section:
            table.add_row(name, *(value(task) for task in result.tasks))
        table.add_section()
    return table


def remarks(result: DemoResult) -> tuple[str, ...]:
    """Return what the table has no room for: networks, delivery, load; one line each."""
    frames = result.recording
    skipped = f'; {frames.skipped} more not rendered in time' if frames.skipped else ''
    return (
        *(_variants(task) for task in result.tasks),
        f'camera to node: {frames.received} of {frames.published} frames delivered '
        f'({percent(frames.delivered)}){skipped}',
        f'lanes busy: {percent(result.accelerator_utilization)} of the time, {result.lanes} in all',
    )


def _variants(task: TaskResult) -> str:
    """Return what was planned and what most of the answers were given with."""
    answers = sum(count for _, count in task.variants)
    most = ', '.join(
        f'{variant} {percent(count / answers)}' for variant, count in task.variants[:_MOST_VARIANTS]
    )
    rest = len(task.variants) - _MOST_VARIANTS
    more = f' and {rest} more' if rest > 0 else ''
    return f'{task.task}: planned {task.variant}; answered with {most or "none"}{more}'
