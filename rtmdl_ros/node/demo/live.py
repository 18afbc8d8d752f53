# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the user sees while a run lasts: a live table, or a line every few seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from rtmdl_ros.evidence.table import milliseconds, percent
from rtmdl_ros.workload.parameters import NodeParameters

_NODE = NodeParameters()
#: Miss ratios from which a figure is coloured, as the node's diagnostics warn by default.
_WARN, _ERROR = _NODE.warn_miss_ratio, _NODE.error_miss_ratio
#: Time between two lines where there is no terminal to draw on.
_LINE_PERIOD_S = 5.0


def coloured(ratio: float) -> Text:
    """Return a miss ratio, green, yellow or red."""
    style = 'green' if ratio < _WARN else 'yellow' if ratio < _ERROR else 'red'
    return Text(percent(ratio), style=style)


class Display:
    """Shows the progress of a run on a terminal or, as plain lines, anywhere else."""

    def __init__(self, console: Console, duration_s: float) -> None:
        """Show a run of this length."""
        self._console = console
        self._duration_s = duration_s
        self._live: Live | None = None
        self._next_line_s = _LINE_PERIOD_S

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the table for as long as the context lasts."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, auto_refresh=False) as self._live:
            yield

    def update(self, elapsed_s: float, status: Any, frames_published: int) -> None:
        """Show a SchedulerStatus message, elapsed_s after the beginning."""
        if self._live is not None:
            table = status_table(status)
            clock = Text(
                f'  {min(elapsed_s, self._duration_s):.0f} of {self._duration_s:g} s, '
                f'{frames_published} frames published, '
                f'lanes {percent(status.accelerator_utilization)} busy'
            )
            self._live.update(Group(table, clock), refresh=True)
        elif elapsed_s >= self._next_line_s:
            self._next_line_s += _LINE_PERIOD_S
            self._console.print(status_line(elapsed_s, status), highlight=False, soft_wrap=True)


def status_table(status: Any) -> Table:
    """Return a SchedulerStatus message as a table of its tasks."""
    window_s = status.window_s
    title = f'the last {window_s:g} s'
    table = Table(title=title, title_justify='left', box=box.SIMPLE_HEAD)
    table.add_column('task')
    for name in ('rate', 'missed', 'response\np50', '\np99', 'detections\na frame', 'frames'):
        table.add_column(name, justify='right')
    for task in status.tasks:
        table.add_row(
            task.task,
            f'{task.rate_hz:.1f} Hz',
            coloured(task.miss_ratio),
            milliseconds(task.response_p50_ms),
            milliseconds(task.response_p99_ms),
            f'{task.detections_per_frame:.1f}',
            str(task.released),
        )
    return table


def status_line(elapsed_s: float, status: Any) -> str:
    """Return a SchedulerStatus message as one line of plain text."""
    tasks = '; '.join(
        f'{task.task} {task.rate_hz:.1f} Hz, missed {percent(task.miss_ratio)}, '
        f'response p50 {milliseconds(task.response_p50_ms)}, '
        f'p99 {milliseconds(task.response_p99_ms)}'
        for task in status.tasks
    )
    return f'{elapsed_s:4.0f} s  {tasks}'
