# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A supersampled drawing surface in sign coordinates: x and y from -1 to 1, y down."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.picture import Colour, Image

#: Side of the master drawing in pixels; templates are area means of it.
MASTER_SIZE = 512
#: Fixed-point bits of OpenCV coordinates.
SHIFT = 4

Point = tuple[float, float]


def arc(
    centre: Point, radius_x: float, radius_y: float, start_deg: float, end_deg: float
) -> list[Point]:
    """Return points of an elliptic arc; 0 degrees is to the right, 90 is down."""
    angles = np.radians(np.linspace(start_deg, end_deg, 25))
    return [
        (float(centre[0] + radius_x * c), float(centre[1] + radius_y * s))
        for c, s in zip(np.cos(angles), np.sin(angles), strict=True)
    ]


class Canvas:
    """A BGRA picture, transparent at first; everything drawn is opaque."""

    def __init__(self, edge: Colour) -> None:
        # The transparent surroundings already have the colour of the sign's edge: resizing and
        # warping mix colours over the edge, and black would leave a dark fringe there.
        self.image: Image = np.zeros((MASTER_SIZE, MASTER_SIZE, 4), np.uint8)
        self.image[:, :, :3] = edge

    def polygon(self, points: Sequence[Point], colour: Colour, rounding: float = 0.0) -> None:
        """Fill a polygon; rounding grows it by that radius, with round corners."""
        fixed = self._fixed(points)
        cv2.fillPoly(self.image, [fixed], (*colour, 255), cv2.LINE_8, SHIFT)
        if rounding > 0:
            self._line(fixed, True, colour, 2 * rounding)

    def stroke(self, points: Sequence[Point], colour: Colour, thickness: float) -> None:
        """Draw a line of round ends through points."""
        self._line(self._fixed(points), False, colour, thickness)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        x, y = (int(v) for v in self._fixed([centre])[0, 0])
        fixed_radius = round(radius * MASTER_SIZE / 2 * (1 << SHIFT))
        cv2.circle(self.image, (x, y), fixed_radius, (*colour, 255), -1, cv2.LINE_8, SHIFT)

    def _line(
        self, fixed: npt.NDArray[np.int32], closed: bool, colour: Colour, thickness: float
    ) -> None:
        width = max(1, round(thickness * MASTER_SIZE / 2))
        cv2.polylines(self.image, [fixed], closed, (*colour, 255), width, cv2.LINE_8, SHIFT)

    @staticmethod
    def _fixed(points: Sequence[Point]) -> npt.NDArray[np.int32]:
        scaled = (np.asarray(points, np.float64) + 1.0) * (MASTER_SIZE / 2) - 0.5
        return np.round(scaled * (1 << SHIFT)).astype(np.int32).reshape(-1, 1, 2)
