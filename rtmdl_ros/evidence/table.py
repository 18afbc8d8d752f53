# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run's tasks as a table for people."""

from collections.abc import Callable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from rtmdl_ros.evidence.figures import TaskResult

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
    ('accuracy to be expected', lambda task: percent(task.expected_accuracy or None)),
)
#: Where a trace does not hold the whole run.
_LAST = 'times, accuracy: of the last'
#: Where the truth is known.
_SCORES: tuple[_Row, ...] = (
    ('objects shown', lambda task: str(task.scores[0].objects)),
    ('detections on time', lambda task: str(task.scores[0].detections)),
    ('precision', lambda task: percent(task.scores[0].precision)),
    ('recall in frames on time', lambda task: percent(task.scores[0].recall_answered)),
    ('recall in all frames', lambda task: percent(task.scores[0].recall_on_time)),
    ('  the same at IoU 0.3', lambda task: percent(task.scores[1].recall_on_time)),
)


def percent(ratio: float | None) -> str:
    """Return a ratio for people; a dash for none."""
    return '–' if ratio is None else f'{100 * ratio:.1f} %'


def milliseconds(time_ms: float) -> str:
    """Return a time for people; a dash for the 0 that stands for none."""
    return f'{time_ms:.1f} ms' if time_ms else '–'


def task_table(title: str, tasks: Sequence[TaskResult]) -> Table:
    """Return one column a task, narrow enough for 80 columns with two tasks."""
    # Names may have brackets, which are no markup in a Text.
    words = Text(title, 'table.title')
    table = Table(title=words, title_justify='left', box=box.SIMPLE_HEAD)
    table.add_column('')
    for task in tasks:
        table.add_column(Text(task.task), justify='right')
    for section in (_JOBS, _TIMES, _ACCURACY):
        for name, value in section:
            table.add_row(name, *(value(task) for task in tasks))
        if section is _ACCURACY and any(task.last_only for task in tasks):
            table.add_row(_LAST, *(f'{task.response_ms.jobs} answers' for task in tasks))
        table.add_section()
    if any(task.scores for task in tasks):
        for name, value in _SCORES:
            table.add_row(name, *(value(task) if task.scores else percent(None) for task in tasks))
        table.add_section()
    return table


def variants_in_words(task: TaskResult) -> str:
    """Return what was planned and what most of the answers were given with."""
    answers = sum(count for _, count in task.variants)
    most = ', '.join(
        f'{variant} {percent(count / answers)}' for variant, count in task.variants[:_MOST_VARIANTS]
    )
    rest = len(task.variants) - _MOST_VARIANTS
    more = f' and {rest} more' if rest > 0 else ''
    last = f' (of the last {answers})' if answers and task.last_only else ''
    return f'{task.task}: planned {task.variant}; answered with {most or "none"}{more}{last}'
