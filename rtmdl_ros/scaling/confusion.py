# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which classes a classifier takes for which, as a table and as a picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.colors import LogNorm
from numpy.typing import NDArray

from rtmdl_ros.figures.figure import as_it_is, new_figure, save_figure

Counts = NDArray[np.int64]


def confusion_of(labels: NDArray[np.int64], said: NDArray[np.int64], classes: int) -> Counts:
    """Return how often each class (row) was said to be each class (column), (K, K)."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, said), 1)
    return counts


def draw_confusion(counts: Counts, classes: Sequence[str], title: str, path: Path) -> None:
    """Draw the errors to `path`, 1400x1300: right answers are left out, they would hide them.

    Raises OSError where it cannot be written.
    """
    errors = counts * (1 - np.eye(len(classes), dtype=np.int64))
    figure = new_figure(1400, 1300)
    axes = figure.add_subplot()
    # Reds that numbers can be read on.
    norm = LogNorm(0.5, 4 * max(1, errors.max()))
    axes.imshow(np.ma.masked_equal(errors, 0), cmap='Reds', norm=norm)
    for row, column in zip(*np.nonzero(errors), strict=True):
        axes.text(column, row, str(errors[row, column]), ha='center', va='center', fontsize=8)
    ticks = np.arange(len(classes))
    names = [as_it_is(name) for name in classes]
    axes.set_xticks(ticks, names, rotation=90, fontsize=8)
    axes.set_yticks(ticks, names, fontsize=8)
    axes.set_xticks(ticks - 0.5, minor=True)
    axes.set_yticks(ticks - 0.5, minor=True)
    axes.grid(which='minor', color='#dddddd', linewidth=0.5)
    axes.set_xlabel('said')
    axes.set_ylabel('is')
    axes.set_title(f'{as_it_is(title)}: {errors.sum()} of {counts.sum()} wrong', loc='left')
    figure.tight_layout()
    save_figure(figure, path)
