# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A picture of a profile: how accurate each variant is and how long it takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rtmdl_ros.figures.figure import as_it_is, new_figure, save_figure
from rtmdl_ros.figures.palette import BLUE
from rtmdl_ros.profiling.figures import VariantFigures, figures_of
from rtmdl_ros.profiling.profile import Profile

_GREY = '#444444'
#: Height of a name by that of a panel.
_LINE = 0.035


def draw_profile(profile: Profile, path: Path) -> None:
    """Draw accuracy against milliseconds, a panel a function, 700x550 each, to `path`.

    Raises OSError where it cannot be written and ValueError for a profile without functions.
    """
    if not profile.functions:
        raise ValueError('no functions to draw')
    count = len(profile.functions)
    figure = new_figure(700 * count, 550)
    panels = figure.subplots(1, count, squeeze=False)[0]
    for axes, (function, variants) in zip(panels, profile.functions.items(), strict=True):
        _draw(axes, [figures_of(profile, variant) for variant in variants])
        axes.set_title(function)
    panels[0].set_ylabel('accuracy on the validation split')
    figure.suptitle(f'{profile.device.get("processor", "this device")}: one job alone')
    figure.tight_layout()
    save_figure(figure, path)


def _draw(axes: Axes, variants: Sequence[VariantFigures]) -> None:
    for variant in variants:
        low, high = variant.whole.p50_ms, variant.whole.p95_ms
        axes.plot([low, high], [variant.accuracy] * 2, '-', color=BLUE, alpha=0.5)
        axes.plot(low, variant.accuracy, 'o', color=BLUE)
    axes.set_xlabel('milliseconds of processor time a job; dot: p50, line: to p95')
    axes.set_xlim(0, 1.1 * max(variant.whole.p95_ms for variant in variants) or 1)
    axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.grid(visible=True, alpha=0.3)
    bottom, top = axes.get_ylim()
    heights = [(variant.accuracy - bottom) / (top - bottom) for variant in variants]
    for variant, height in zip(variants, spread_out(heights, _LINE), strict=True):
        axes.annotate(
            as_it_is(variant.name), (variant.whole.p95_ms, variant.accuracy),
            xytext=(1.02, height), textcoords='axes fraction', va='center', fontsize=7,
            color=_GREY, arrowprops={'arrowstyle': '-', 'color': _GREY, 'alpha': 0.3},
        )  # fmt: skip


def spread_out(heights: Sequence[float], gap: float) -> list[float]:
    """Return rising heights at least `gap` apart, below 1 where they fit, moved as need be."""
    placed = list(heights)
    for index in range(len(placed) - 1, -1, -1):
        above = placed[index + 1] - gap if index + 1 < len(placed) else 1.0
        placed[index] = min(placed[index], above)
    for index in range(len(placed)):
        below = placed[index - 1] + gap if index else 0.0
        placed[index] = max(placed[index], below)
    return placed
