# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of memory over time. Imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rtmdl_ros.bench.memory_samples import Line, MemorySample
from rtmdl_ros.figures.figure import new_figure, save_figure
from rtmdl_ros.figures.palette import BLUE, VERMILION
from rtmdl_ros.profiling.device import device_name


def draw_memory(
    samples: Sequence[MemorySample], line: Line, warm_up_s: float, path: Path
) -> None:
    """Draw samples and the line through those after the warm-up, 1200x500. Raises OSError."""
    figure = new_figure(1200, 500)
    axes = figure.add_subplot()
    times = [sample.seconds for sample in samples]
    axes.plot(times, [sample.rss_kb / 1024 for sample in samples], color=BLUE, lw=1.5)
    ends = [warm_up_s, times[-1]]
    axes.plot(
        ends,
        [(line.start_kb + line.kb_per_min * end / 60) / 1024 for end in ends],
        color=VERMILION, ls='--', label=f'{line.kb_per_min:+.1f} kB/min',
    )  # fmt: skip
    axes.axvspan(0, warm_up_s, color='grey', alpha=0.15, lw=0, label='warm-up, not counted')
    axes.set_xlim(0, times[-1])
    # From 0, so that noise looks as small as it is.
    axes.set_ylim(0, 1.15 * max(sample.rss_kb for sample in samples) / 1024)
    axes.set_xlabel('time, s')
    axes.set_ylabel('resident memory, MB')
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right')
    axes.set_title(f'Memory of a process that runs both tasks ({device_name()})')
    figure.tight_layout()
    save_figure(figure, path)
