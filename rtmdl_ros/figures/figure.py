# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures: made with a size in pixels, written whole."""

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from rtmdl_ros.workload.text_file import replacing

_PIXELS_AN_INCH = 100


def new_figure(width: float, height: float, **options: Any) -> Figure:
    """Return an empty figure of so many pixels; `options` go to matplotlib's Figure."""
    size = (width / _PIXELS_AN_INCH, height / _PIXELS_AN_INCH)
    return Figure(figsize=size, dpi=_PIXELS_AN_INCH, **options)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure in one step, in the format that the name ends with; makes its folder.

    Raises OSError where that cannot be.
    """
    with replacing(path) as partial:
        figure.savefig(partial)


def as_it_is(text: str) -> str:
    """Return a name for a figure in which a $ begins no formula."""
    return text.replace('$', r'\$')
