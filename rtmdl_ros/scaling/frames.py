# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures as the detectors learn from them and are measured on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.scaling.picture_files import checked_picture

Boxes = NDArray[np.float32]
#: How far around a box the background is trusted in pictures with missing labels.
NEAR = 0.4


@dataclass(frozen=True)
class LabelledPicture:
    """One labelled picture.

    `boxes` (N, 4) float32 x_min, y_min, x_max, y_max in pixels with `labels` (N,) int64.
    `regions` (R, 5) float32: rectangles painted in order, the fifth number 1 where detections
    are rewarded and punished and 0 where they are not; outside of all of them it is 1.
    """

    path: Path
    source: str
    boxes: Boxes
    labels: NDArray[np.int64]
    regions: Boxes
    #: The public data's class of each box, as its own label file has it.
    source_labels: tuple[str, ...]
    width: int
    height: int

    def image(self) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) BGR; raises DataError where they cannot be read."""
        return checked_picture(self.path, 'restore it from the source')
