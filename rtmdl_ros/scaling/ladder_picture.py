# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A picture of a network's variants: what they score against what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from rtmdl_ros.figures.figure import as_it_is, new_figure, save_figure
from rtmdl_ros.figures.palette import BLUE
from rtmdl_ros.networks.zoo import Variant


@dataclass(frozen=True)
class Rung:
    """A variant with its figure, 0 to 1, and the time of one inference on this machine."""

    variant: Variant
    figure: float
    inference_ms: float


def draw_ladder(rungs: Sequence[Rung], figure_name: str, path: Path) -> None:
    """Draw figures against operations and against milliseconds to `path`, 1400x550.

    Raises OSError where it cannot be written and ValueError for no rungs.
    """
    if not rungs:
        raise ValueError('no variants to draw')
    figure = new_figure(1400, 550)
    panels = figure.subplots(1, 2, sharey=True)
    _draw(panels[0], rungs, [rung.variant.macs / 1e6 for rung in rungs])
    panels[0].set_xlabel('million multiply-accumulate operations an image')
    panels[0].set_ylabel(figure_name)
    _draw(panels[1], rungs, [rung.inference_ms for rung in rungs])
    panels[1].set_xlabel('milliseconds an image, one core of this machine')
    network = as_it_is(rungs[0].variant.network)
    figure.suptitle(f'{network}: {len(rungs)} variants of one weight file')
    figure.tight_layout()
    save_figure(figure, path)


def _draw(axes: Axes, rungs: Sequence[Rung], costs: Sequence[float]) -> None:
    axes.plot(costs, [rung.figure for rung in rungs], 'o', color=BLUE)
    for rung, cost in zip(rungs, costs, strict=True):
        axes.annotate(
            as_it_is(rung.variant.id), (cost, rung.figure),
            xytext=(4, -9), textcoords='offset points', fontsize=7, color='#444444',
        )  # fmt: skip
    axes.set_xscale('log')
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.grid(visible=True, which='both', alpha=0.3)
