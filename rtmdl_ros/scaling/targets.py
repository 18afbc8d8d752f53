# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the detector's maps should show for given boxes (TTFNet, arXiv 1909.00700)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.networks.detector import STRIDE

Array = NDArray[np.float32]
#: The bump's reach as a share of the box (TTFNet's alpha) and its smallest sigma in cells.
REACH = 0.54
LEAST_SIGMA = 0.35


@dataclass(frozen=True)
class Targets:
    """Maps of one input, h x w cells.

    heat (C, h, w): 1 in an object's centre cell, falling off to 0. weight (h, w): how much a cell
    counts for its box, summing to 1 an object that no smaller one covers. boxes (4, h, w): the box
    of the cell's object, input pixels. valid (h, w): 0 where nothing is rewarded or punished.
    """

    heat: Array
    weight: Array
    boxes: Array
    valid: Array


def _bump(box: Array, height: int, width: int) -> tuple[Array, int, int]:
    """Return the Gaussian of a box on the map (h, w) and its centre cell (row, column)."""
    x, y = (box[0] + box[2]) / 2 / STRIDE, (box[1] + box[3]) / 2 / STRIDE
    column, row = min(int(x), width - 1), min(int(y), height - 1)
    sigmas = [
        max(LEAST_SIGMA, size / STRIDE * REACH / 6) for size in (box[2] - box[0], box[3] - box[1])
    ]
    across = np.exp(-0.5 * ((np.arange(width, dtype=np.float32) - column) / sigmas[0]) ** 2)
    down = np.exp(-0.5 * ((np.arange(height, dtype=np.float32) - row) / sigmas[1]) ** 2)
    bump = (down[:, None] * across[None, :]).astype(np.float32)
    bump[bump < 1e-4] = 0
    return bump, row, column


def valid_cells(regions: Array, height: int, width: int) -> Array:
    """Paint the regions (R, 5), in input pixels, in order on a map of ones."""
    valid = np.ones((height, width), np.float32)
    for x_min, y_min, x_max, y_max, value in regions:
        rows = slice(max(0, int(y_min / STRIDE)), max(0, int(np.ceil(y_max / STRIDE))))
        columns = slice(max(0, int(x_min / STRIDE)), max(0, int(np.ceil(x_max / STRIDE))))
        valid[rows, columns] = value
    return valid


def make_targets(
    boxes: Array, labels: NDArray[np.int64], regions: Array, classes: int, height: int, width: int
) -> Targets:
    """Return the maps, `height` x `width` cells, for boxes (N, 4) whose centres are inside."""
    heat = np.zeros((classes, height, width), np.float32)
    weight = np.zeros((height, width), np.float32)
    owner = np.zeros((4, height, width), np.float32)
    valid = valid_cells(regions, height, width)
    # Large first, so that a small object in front of a large one keeps its cells (TTFNet).
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    for at in np.argsort(-areas):
        bump, row, column = _bump(boxes[at], height, width)
        label = int(labels[at])
        heat[label] = np.maximum(heat[label], bump)
        mine = bump > 0.05
        owner[:, mine] = boxes[at][:, None]
        weight[mine] = bump[mine] / bump[mine].sum()
        valid[row, column] = 1
    return Targets(heat, weight, owner, valid)
