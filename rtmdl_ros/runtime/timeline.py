# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A picture of jobs on CPU workers and lanes. Imports matplotlib: for tools, not for the node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rtmdl_ros.figures.figure import new_figure, save_figure
from rtmdl_ros.figures.palette import IN_ORDER
from rtmdl_ros.runtime.chrome_trace import read_chrome_trace
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S

_MISS_COLOUR = '#D00000'
_WIDTH_PX, _HEIGHT_PX = 1600, 500
#: Before the beginning, as a part of the time that is drawn.
_MARGIN = 0.008


def draw_timeline(
    source: Path | Sequence[JobReport],
    path: Path,
    start_s: float,
    length_s: float,
    *,
    executors: Sequence[str] = (),
    coloured_first: Sequence[str] = (),
) -> None:
    """Draw `length_s` seconds from `start_s` after the first release to `path`, 1600x500.

    `source` is a trace that `write_chrome_trace` wrote, or reports. One row an executor, one
    colour a task; stages of jobs that missed have a red edge. Above them one row a task: a line
    from release to end, a black tick at the deadline, a red cross at the end of a job that
    missed. `executors` have a row even where nothing ran on them; the tasks `coloured_first`, there
    or not, take the first colours, so that several pictures have the same ones.

    Raises OSError, and ValueError for a source without jobs or one that is no trace.
    """
    reports = read_chrome_trace(source) if isinstance(source, Path) else tuple(source)
    if not reports:
        raise ValueError('no jobs to draw: the trace is empty')
    origin_ns = min(report.release_ns for report in reports) + round(start_s * NS_PER_S)
    shown = [r for r in reports if _overlaps(r, origin_ns, origin_ns + round(length_s * NS_PER_S))]
    tasks = sorted({report.task for report in reports})
    busy = {span.executor for report in reports for span in report.spans}
    rows = {name: n for n, name in enumerate([*tasks, *sorted(busy.union(executors))])}
    order = list(dict.fromkeys([*coloured_first, *tasks]))
    colours = {task: IN_ORDER[order.index(task) % len(IN_ORDER)] for task in tasks}

    figure = new_figure(_WIDTH_PX, _HEIGHT_PX)
    axes = figure.add_subplot()
    for task in tasks:
        mine = sorted((r for r in shown if r.task == task), key=lambda report: report.release_ns)
        for number, report in enumerate(mine):
            # Neighbours may overlap: two levels keep them apart.
            level = rows[task] - 0.12 + 0.24 * (number % 2)
            _draw_job(axes, report, level, colours[task], origin_ns)
            _draw_stages(axes, report, rows, colours[task], origin_ns)
    _decorate(axes, rows, len(tasks), length_s)
    misses = sum(report.missed for report in shown)
    jobs = '1 job' if len(shown) == 1 else f'{len(shown)} jobs'
    since = f'from {start_s:g} s after' if start_s else 'starting at'
    title = f'{jobs}, {misses} missed, {since} the first release'
    axes.set_title(title, loc='left', fontsize=11)
    _add_legend(figure, colours)
    figure.subplots_adjust(left=0.1, right=0.985, top=0.93, bottom=0.2)
    save_figure(figure, path)


def _overlaps(report: JobReport, first_ns: int, last_ns: int) -> bool:
    return report.release_ns < last_ns and max(report.finish_ns, report.deadline_ns) > first_ns


def _draw_job(axes: Any, report: JobReport, level: float, colour: str, origin_ns: int) -> None:
    release, finish, deadline = (
        (time_ns - origin_ns) / NS_PER_MS
        for time_ns in (report.release_ns, report.finish_ns, report.deadline_ns)
    )
    axes.plot([release, finish], [level, level], color=colour, lw=3, solid_capstyle='butt')
    axes.plot([release, release], [level - 0.18, level + 0.06], color=colour, lw=1.2)
    axes.plot([deadline], [level], marker='|', color='black', markersize=10)
    if report.missed:
        axes.plot([finish], [level], marker='x', color=_MISS_COLOUR, ms=8, mew=2.2, zorder=4)


def _draw_stages(
    axes: Any, report: JobReport, rows: Mapping[str, int], colour: str, origin_ns: int
) -> None:
    for span in report.spans:
        axes.barh(
            rows[span.executor],
            span.duration_ns / NS_PER_MS,
            left=(span.start_ns - origin_ns) / NS_PER_MS,
            height=0.62,
            color=colour,
            edgecolor=_MISS_COLOUR if report.missed else 'white',
            linewidth=1.0 if report.missed else 0.4,
        )


def _decorate(axes: Any, rows: Mapping[str, int], tasks: int, length_s: float) -> None:
    axes.set_yticks(list(rows.values()), list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.6)
    # With room for what begins at 0: the axis would hide it.
    axes.set_xlim(-_MARGIN * length_s * 1e3, length_s * 1e3)
    axes.axhline(tasks - 0.5, color='0.6', linewidth=0.8)
    axes.set_xlabel('time (ms)')
    axes.grid(axis='x', color='0.9')
    axes.set_axisbelow(True)
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)


def _add_legend(figure: Figure, colours: Mapping[str, str]) -> None:
    handles: list[Any] = [Patch(color=colour, label=task) for task, colour in colours.items()]
    missed = ', '.join(outcome.value for outcome in Outcome if outcome.missed)
    handles += [
        Line2D([], [], color='0.4', lw=3, label='release to end'),
        Line2D([], [], color='black', marker='|', ls='', ms=10, label='deadline'),
        Line2D([], [], color=_MISS_COLOUR, marker='x', ls='', mew=2.2, label=f'miss ({missed})'),
        Patch(facecolor='white', edgecolor=_MISS_COLOUR, label='stage of a missed job'),
    ]
    figure.legend(handles=handles, loc='lower center', ncols=len(handles), frameon=False)
