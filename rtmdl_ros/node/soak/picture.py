# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of a soak: memory and misses over time, with the faults marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rtmdl_ros.figures.figure import new_figure, save_figure
from rtmdl_ros.figures.palette import BLUE, GREEN, VERMILION
from rtmdl_ros.node.soak.faults import FAULTS
from rtmdl_ros.node.soak.result import SoakResult
from rtmdl_ros.profiling.device import device_name

#: Of the kinds of pictures that can be drawn.
SUFFIXES = ('.png', '.svg', '.pdf')


def draw_soak(result: SoakResult, path: Path) -> None:
    """Draw it, 1300x900; makes the folder. Raises OSError."""
    figure = new_figure(1300, 900)
    memory, misses, faults = figure.subplots(
        3, 1, sharex=True, height_ratios=(3, 2, 4), gridspec_kw={'hspace': 0.08}
    )
    _draw_memory(memory, result)
    if result.miss_ratios:
        seconds, ratios = zip(*result.miss_ratios, strict=True)
        misses.plot(seconds, [100 * ratio for ratio in ratios], color=VERMILION, lw=1.2)
    misses.set_ylim(0, 100)
    misses.set_ylabel('missed in the\nlast 10 s, %')
    _draw_faults(faults, result)
    for axes in (memory, misses):
        axes.grid(alpha=0.3)
        for fault in result.faults:
            axes.axvspan(fault.begin_s, fault.end_s, color='grey', alpha=0.10, lw=0)
    memory.set_xlim(0, result.duration_s)
    faults.set_xlabel('time, s')
    memory.set_title(
        f'The node under {len(result.faults)} faults, seed {result.seed} ({device_name()})'
    )
    figure.subplots_adjust(left=0.15, right=0.98, top=0.95, bottom=0.1)
    save_figure(figure, path)


def _draw_memory(axes: Any, result: SoakResult) -> None:
    seconds = [at for at, _ in result.memory_mb]
    sizes = [mb for _, mb in result.memory_mb]
    axes.plot(seconds, sizes, color=BLUE, lw=1.5)
    axes.axvspan(0, result.warm_up_s, color=GREEN, alpha=0.08, lw=0, label='warm-up')
    rise, start = result.slope
    ends = [result.warm_up_s, result.duration_s]
    unsure = '' if result.slope_counts else ', too short to tell'
    axes.plot(
        ends, [start + rise * end / 600 for end in ends], color=VERMILION, ls='--',
        label=f'{rise:+.2f} MB in 10 min{unsure}',
    )  # fmt: skip
    # From 0, so that noise looks as small as it is.
    axes.set_ylim(0, 1.2 * max(sizes, default=1.0))
    axes.set_ylabel('resident memory, MB')
    axes.legend(loc='lower right')


def _draw_faults(axes: Any, result: SoakResult) -> None:
    rows = {name: row for row, name in enumerate(FAULTS)}
    for fault in result.faults:
        row, lost = rows[fault.name], fault.recovered_s is None
        axes.broken_barh(
            [(fault.begin_s, fault.end_s - fault.begin_s)], (row - 0.35, 0.7), color=BLUE
        )
        until_s = result.limits.recovery_s if fault.recovered_s is None else fault.recovered_s
        axes.broken_barh(
            [(fault.end_s, until_s)], (row - 0.35, 0.7), color='red' if lost else GREEN
        )
    axes.set_yticks(list(rows.values()), list(rows))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis='x', alpha=0.3)
    axes.plot([], [], color=BLUE, lw=6, label='fault')
    axes.plot([], [], color=GREEN, lw=6, label='until all tasks answered again')
    axes.legend(loc='upper center', bbox_to_anchor=(0.5, -0.1), ncols=2, frameon=False)
