# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of the simulation's fidelity. Imports matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rtmdl_ros.bench.fidelity_figures import P95_OFF, WORST_POINTS, Comparison
from rtmdl_ros.figures.figure import new_figure, save_figure
from rtmdl_ros.figures.palette import IN_ORDER
from rtmdl_ros.profiling.device import device_name

#: A workload's tasks by the source of their stage times: one with full marks, one with hollow.
Drawn = tuple[Sequence[Comparison], Sequence[Comparison]]


def draw_fidelity(workloads: Mapping[str, Drawn], sources: tuple[str, str], path: Path) -> None:
    """Draw simulated over real figures of workloads by name, a mark a task, 1300x680.

    `sources` says what full and hollow marks were simulated with. Raises OSError.
    """
    figure = new_figure(1300, 680)
    left, right = figure.subplots(1, 2)
    for number, (name, (full, hollow)) in enumerate(workloads.items()):
        colour = IN_ORDER[number % len(IN_ORDER)]
        # An empty series is the entry of the legend.
        left.scatter([], [], color=colour, label=name)
        _draw(left, right, full, colour, False)
        _draw(left, right, hollow, colour, True)
    left.scatter([], [], color='black', label=sources[0])
    left.scatter([], [], facecolors='none', edgecolors='black', label=sources[1])
    _finish(left, 'missed jobs, %', 100.0, (1.0, WORST_POINTS))
    _finish(right, 'p95 of the response time, ms', right.dataLim.max.max(), (1.0 + P95_OFF, 0.0))
    left.legend(loc='upper left', fontsize=9)
    figure.suptitle(f'Simulation and reality, a mark a task ({device_name()})', fontsize=12)
    figure.subplots_adjust(left=0.06, right=0.98, top=0.92, bottom=0.09, wspace=0.15)
    save_figure(figure, path)


def _draw(
    left: Any, right: Any, comparisons: Sequence[Comparison], colour: str, hollow: bool
) -> None:
    style = {
        'facecolors': 'none' if hollow else colour,
        'edgecolors': colour,
        's': 90 if hollow else 36,
        'zorder': 3,
    }
    left.scatter(
        [100 * each.real.miss_ratio for each in comparisons],
        [100 * each.simulated.miss_ratio for each in comparisons],
        **style,
    )
    timed = [each for each in comparisons if each.p95_ratio is not None]
    right.scatter(
        [each.real.p95_ms for each in timed], [each.simulated.p95_ms for each in timed], **style
    )


def _finish(axes: Any, what: str, most: float, band: tuple[float, float]) -> None:
    """Draw the diagonal, and the band within which figures may be off: a factor and a term."""
    factor, term = band
    ends = [0.0, 1.05 * most]
    axes.plot(ends, ends, color='grey', lw=1)
    axes.fill_between(
        ends,
        [end / factor - term for end in ends],
        [end * factor + term for end in ends],
        color='grey', alpha=0.15, lw=0, label='target of whole workloads',
    )  # fmt: skip
    axes.set_xlim(-0.02 * most, 1.05 * most)
    axes.set_ylim(-0.02 * most, 1.05 * most)
    axes.set_xlabel(f'real: {what}')
    axes.set_ylabel(f'simulated: {what}')
    axes.set_aspect('equal')
    axes.grid(alpha=0.3)
