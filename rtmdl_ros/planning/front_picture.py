# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of the trade-off between misses and accuracy. Imports matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rtmdl_ros.figures.figure import new_figure, save_figure
from rtmdl_ros.figures.palette import BLUE, VERMILION
from rtmdl_ros.planning.front import FrontPoint

#: Told apart by colour-blind eyes too.
_KEPT, _BROKEN, _CHOSEN = BLUE, '#999999', VERMILION


def draw_front(front: Sequence[FrontPoint], path: Path) -> None:
    """Draw accuracy loss against miss ratio, the chosen plan marked, 900x600. Raises OSError."""
    figure = new_figure(900, 600)
    axes: Any = figure.subplots()
    for feasible, colour, label in (
        (False, _BROKEN, 'breaks a constraint'),
        (True, _KEPT, 'keeps all constraints'),
    ):
        points = [point for point in front if point.feasible is feasible]
        if points:
            axes.plot(*_coordinates(points), 'o-', color=colour, ms=6, lw=1, label=label)
    chosen = [point for point in front if point.chosen]
    # Around the point, not over it: its colour says whether it keeps the constraints.
    axes.plot(
        *_coordinates(chosen), 'o', color=_CHOSEN, ms=15, mew=2.5, mfc='none', ls='none', zorder=3,
        label='chosen',
    )  # fmt: skip
    axes.set_xlabel('accuracy lost beside the most accurate variants, %')
    axes.set_ylabel('jobs missed, %')
    axes.set_title('Plans that no other one beats in both misses and accuracy')
    axes.grid(alpha=0.3)
    axes.legend()
    figure.subplots_adjust(left=0.09, right=0.97, top=0.93, bottom=0.1)
    save_figure(figure, path)


def _coordinates(points: Sequence[FrontPoint]) -> tuple[list[float], list[float]]:
    ordered = sorted(points, key=lambda point: (point.accuracy_loss, -point.miss_ratio))
    return (
        [100.0 * point.accuracy_loss for point in ordered],
        [100.0 * point.miss_ratio for point in ordered],
    )
