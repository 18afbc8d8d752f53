# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Pictures of policies on scenarios. Imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from rtmdl_ros.bench.callbacks import CALLBACKS
from rtmdl_ros.bench.contenders import ORACLE, OURS
from rtmdl_ros.bench.contest import Contest
from rtmdl_ros.bench.contest_figures import MISSED, RIGHT, PolicyFigures, baseline_of
from rtmdl_ros.bench.intervals import Interval
from rtmdl_ros.figures.figure import as_it_is, new_figure, save_figure
from rtmdl_ros.figures.palette import BLUE, GREEN, ORANGE, PINK, SKY, VERMILION
from rtmdl_ros.profiling.device import device_name

_PANELS = ((MISSED, 'missed jobs, %'), (RIGHT, 'on-time accuracy, %'))
#: Ours and what teams do stand out.
_OURS, _TEAMS = BLUE, VERMILION
_OTHERS = (ORANGE, GREEN, PINK, SKY, '#7F7F7F')
_STYLES = ('-', '--', '-.', ':')
#: In a sweep: at each load another of them may be the best.
_BEST = 'ros2_callback, the best of its ways'


def draw_policies(title: str, figures: Sequence[PolicyFigures], path: Path) -> None:
    """Draw misses and on-time accuracy of policies as bars, 1200 wide. Raises OSError."""
    figure = _figure(1200, 140 + 45 * len(figures))
    both = figure.subplots(1, 2, sharey=True)
    rows = range(len(figures), 0, -1)
    best = baseline_of(figures)
    colours = {OURS: _OURS, best: _TEAMS}
    for axes, (share, words) in zip(both, _PANELS, strict=True):
        for row, each in zip(rows, figures, strict=True):
            value = each.shares[share]
            axes.barh(
                row, 100 * value.median, color=colours.get(each.policy, '0.7'),
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
    marks = {best: ' (baseline)', ORACLE: ' (simulated)'}
    names = [f'{each.policy}{marks.get(each.policy, "")}' for each in figures]
    both[0].set_yticks(list(rows), names)
    _save(figure, title, path)


def draw_sweep(
    title: str, sweep: Mapping[float, Sequence[PolicyFigures]], path: Path
) -> None:
    """Draw misses and on-time accuracy of policies over the load, 1200x520. Raises OSError."""
    figure = _figure(1200, 520)
    both = figure.subplots(1, 2)
    loads = sorted(sweep)
    drawn = {load: _drawn(sweep[load]) for load in loads}
    names = list(drawn[loads[0]])
    for axes, (share, words) in zip(both, _PANELS, strict=True):
        for name in names:
            shares = [drawn[load][name].shares[share] for load in loads]
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


def draw_responses(contest: Contest, baseline: str, path: Path) -> None:
    """Draw which share of all jobs is answered within a part of the deadline. Raises OSError.

    Of what teams do the `baseline` is drawn alone.
    """
    figure = _figure(900, 520)
    axes = figure.subplots()
    shown = [
        runs for runs in contest.policies
        if runs.policy == baseline or runs.policy not in CALLBACKS
    ]  # fmt: skip
    names = [runs.policy for runs in shown]
    for runs in shown:
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
    axes.set_xlabel('response time / deadline')
    axes.set_ylabel('jobs answered within that time, % of those released')
    axes.legend(fontsize=9, loc='upper left')
    _bare(axes)
    _save(figure, f'{title_of(contest)}: response times', path)


def draw_scores(title: str, figures: Sequence[PolicyFigures], path: Path) -> None:
    """Draw what is expected of each task with labels beside what it found. Raises OSError."""
    scored = {name for each in figures for name, task in each.tasks.items() if task.score}
    own = [each for each in figures if any(task.score for task in each.tasks.values())]
    figure = _figure(1200, 160 + 60 * len(own))
    panels = figure.subplots(1, len(scored), sharey=True, squeeze=False)[0]
    rows = range(len(own), 0, -1)
    for axes, name in zip(panels, sorted(scored), strict=True):
        for row, each in zip(rows, own, strict=True):
            task = each.tasks.get(name)
            if task is None or task.score is None:
                continue
            colour = _OURS if each.policy == OURS else '0.5'
            found = task.score.recall_on_time or 0.0
            for shift, value, alpha in ((0.2, task.on_time_accuracy, 0.35), (-0.2, found, 1.0)):
                axes.barh(row + shift, 100 * value, height=0.38, color=colour, alpha=alpha)
                axes.annotate(
                    f'{100 * value:.1f}', (100 * value, row + shift), (4, 0),
                    textcoords='offset points', va='center', fontsize=8,
                )  # fmt: skip
        axes.set_xlim(0, 112)
        axes.set_title(name, fontsize=10)
        axes.set_xlabel('pale: on-time accuracy expected, full: objects found in time, %')
        _bare(axes)
    panels[0].set_yticks(list(rows), [each.policy for each in own])
    _save(figure, f'{title}: labelled frames', path)


def _drawn(figures: Sequence[PolicyFigures]) -> dict[str, PolicyFigures]:
    """Return what is drawn of policies by name, of what teams do the best alone."""
    best = baseline_of(figures)
    return {
        _BEST if each.policy == best else each.policy: each
        for each in figures
        if each.policy == best or each.policy not in CALLBACKS
    }


def title_of(contest: Contest) -> str:
    """Return workload and load, for people to read."""
    return f'{contest.scenario.spec.name}, load {contest.scenario.utilization:.2f}'


def _figure(width: float, height: float) -> Figure:
    return new_figure(width, height, layout='constrained')


def _whiskers(value: Interval) -> list[list[float]] | None:
    if value.low is None or value.high is None:
        return None
    return [[100 * (value.median - value.low)], [100 * (value.high - value.median)]]


def _style(names: Sequence[str], name: str) -> dict[str, Any]:
    if name == OURS:
        return {'color': _OURS, 'lw': 2.5, 'label': name, 'zorder': 3}
    if name == _BEST or name in CALLBACKS:
        return {'color': _TEAMS, 'lw': 2.0, 'label': name, 'zorder': 2}
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
    figure.suptitle(f'{as_it_is(title)} ({device_name()})', fontsize=11)
    save_figure(figure, path)
