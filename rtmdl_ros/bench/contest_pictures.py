# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Pictures of policies on scenarios. Imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rtmdl_ros.bench.bootstrap import Interval
from rtmdl_ros.bench.contenders import ORACLE, OURS
from rtmdl_ros.bench.contest import Contest
from rtmdl_ros.bench.contest_figures import MISSED, RIGHT, PolicyFigures
from rtmdl_ros.bench.machine import machine_name

_PANELS = ((MISSED, 'missed jobs, %'), (RIGHT, 'on-time accuracy, %'))
#: Ours stands out; the others are told apart by colour-blind eyes and by their lines.
_OURS, _OTHERS = '#0072B2', ('#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#7F7F7F')
_STYLES = ('-', '--', '-.', ':')


def draw_policies(title: str, figures: Sequence[PolicyFigures], path: Path) -> None:
    """Draw misses and on-time accuracy of policies as bars, 1200 wide. Raises OSError."""
    figure = _figure(12, 1.4 + 0.45 * len(figures))
    both = figure.subplots(1, 2, sharey=True)
    rows = range(len(figures), 0, -1)
    for axes, (share, words) in zip(both, _PANELS, strict=True):
        for row, each in zip(rows, figures, strict=True):
            value = each.shares[share]
            axes.barh(
                row, 100 * value.median, color=_OURS if each.policy == OURS else '0.7',
                hatch='//' if each.simulated else None, edgecolor='white', height=0.7,
                xerr=_whiskers(value), ecolor='black', capsize=3,
            )  # fmt: skip
            axes.annotate(
                f'{100 * value.median:.1f}', (100 * (value.high or value.median), row),
                (6, 0), textcoords='offset points', va='center', fontsize=9,
            )  # fmt: skip
        axes.set_xlim(0, 112)
        axes.set_xlabel(words)
        _bare(axes)
    names = [f'{each.policy} (simulated)' if each.simulated else each.policy for each in figures]
    both[0].set_yticks(list(rows), names)
    _save(figure, title, path)


def draw_sweep(
    title: str, sweep: Mapping[float, Sequence[PolicyFigures]], path: Path
) -> None:
    """Draw misses and on-time accuracy of policies over the load, 1200x520. Raises OSError."""
    figure = _figure(12, 5.2)
    both = figure.subplots(1, 2)
    loads = sorted(sweep)
    names = [each.policy for each in sweep[loads[0]]]
    for axes, (share, words) in zip(both, _PANELS, strict=True):
        for name in names:
            values = [next(e for e in sweep[load] if e.policy == name) for load in loads]
            shares = [each.shares[share] for each in values]
            style = _style(names, name)
            axes.plot(loads, [100 * each.median for each in shares], **style, marker='o', ms=4)
            low = [100 * (e.median if e.low is None else e.low) for e in shares]
            high = [100 * (e.median if e.high is None else e.high) for e in shares]
            axes.fill_between(loads, low, high, color=style['color'], alpha=0.15, lw=0)
        axes.set_ylim(-2, 102)
        axes.set_xlabel('load of one lane by the largest variants')
        axes.set_ylabel(words)
        _bare(axes)
    both[1].legend(fontsize=9)
    _save(figure, title, path)


def draw_responses(contest: Contest, path: Path) -> None:
    """Draw which share of all jobs is answered within a time by the deadline. Raises OSError."""
    figure = _figure(9, 5.2)
    axes = figure.subplots()
    names = [runs.policy for runs in contest.policies]
    for runs in contest.policies:
        jobs = [job for each in runs.rounds for job in each]
        parts = sorted(
            job.response_ns / (job.deadline_ns - job.release_ns) for job in jobs if job.finished
        )
        shares = [100 * (number + 1) / len(jobs) for number in range(len(parts))]
        axes.plot(
            [0.0, *parts, max(2.0, *parts, 2.0)], [0.0, *shares, *(shares[-1:] or [0.0])],
            drawstyle='steps-post', **_style(names, runs.policy),
        )  # fmt: skip
    axes.axvline(1.0, color='black', lw=1)
    axes.set_xlim(0, 2)
    axes.set_ylim(0, 102)
    axes.set_xlabel('response time by deadline')
    axes.set_ylabel('answered jobs of all released, %')
    axes.legend(fontsize=9, loc='upper left')
    _bare(axes)
    _save(figure, f'{title_of(contest)}: response times', path)


def title_of(contest: Contest) -> str:
    """Return workload and load, for people to read."""
    return f'{contest.scenario.spec.name}, load {contest.scenario.utilization:.2f}'


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=100, layout='constrained')
    FigureCanvasAgg(figure)
    return figure


def _whiskers(value: Interval) -> list[list[float]] | None:
    if value.low is None or value.high is None:
        return None
    return [[100 * (value.median - value.low)], [100 * (value.high - value.median)]]


def _style(names: Sequence[str], name: str) -> dict[str, Any]:
    if name == OURS:
        return {'color': _OURS, 'lw': 2.5, 'label': name, 'zorder': 3}
    place = [each for each in names if each != OURS].index(name)
    label = f'{name} (simulated)' if name == ORACLE else name
    return {
        'color': 'black' if name == ORACLE else _OTHERS[place % len(_OTHERS)],
        'ls': ':' if name == ORACLE else _STYLES[place % len(_STYLES)],
        'lw': 1.5,
        'label': label,
    }


def _bare(axes: Any) -> None:
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)


def _save(figure: Figure, title: str, path: Path) -> None:
    figure.suptitle(f'{title} ({machine_name()})', fontsize=11)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
