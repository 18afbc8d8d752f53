# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A pinhole camera in the world: x to the right, y up, z forward, in metres."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.picture import Matrix

#: Focal length / picture width: a horizontal field of view of 67 degrees.
FOCAL_PER_WIDTH = 0.75

Vector = tuple[float, float, float]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """Position in metres, angles in radians; zero angles look along z."""

    width: int
    height: int
    position: Vector
    #: To the right.
    yaw: float = 0.0
    #: Up.
    pitch: float = 0.0
    #: Clockwise.
    roll: float = 0.0

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return FOCAL_PER_WIDTH * self.width

    @cached_property
    def matrix(self) -> Matrix:
        """Turn (3, 3) from world directions to homogeneous pixels."""
        sin_yaw, cos_yaw = math.sin(self.yaw), math.cos(self.yaw)
        sin_pitch, cos_pitch = math.sin(self.pitch), math.cos(self.pitch)
        forward = np.array([sin_yaw * cos_pitch, sin_pitch, cos_yaw * cos_pitch])
        right = np.array([cos_yaw, 0.0, -sin_yaw])
        down = np.array([sin_yaw * sin_pitch, -cos_pitch, cos_yaw * sin_pitch])
        sin_roll, cos_roll = math.sin(self.roll), math.cos(self.roll)
        across = cos_roll * right + sin_roll * down
        below = -sin_roll * right + cos_roll * down
        projection = np.array(
            [[self.focal, 0.0, self.width / 2], [0.0, self.focal, self.height / 2], [0.0, 0.0, 1.0]]
        )
        turned: Matrix = projection @ np.stack([across, below, forward])
        return turned

    @property
    def horizon(self) -> float:
        """Row of the horizon in the middle of the picture."""
        return self.height / 2 + self.focal * math.tan(self.pitch)

    def project(self, points: Array) -> Array:
        """Return pixels and depth (N, 3) of world points (N, 3); depth in metres, may be <= 0."""
        seen = (points - np.array(self.position)) @ self.matrix.T
        depth = seen[:, 2:]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        return np.concatenate([seen[:, :2] / safe, depth], axis=1)

    def point(self, x: float, y: float, z: float) -> Vector:
        """Return column, row and depth of one world point, like project but much faster."""
        dx, dy, dz = x - self.position[0], y - self.position[1], z - self.position[2]
        (a, b, c), (d, e, f), (g, h, i) = self._rows
        depth = g * dx + h * dy + i * dz
        safe = depth if abs(depth) > 1e-6 else 1e-6
        return (a * dx + b * dy + c * dz) / safe, (d * dx + e * dy + f * dz) / safe, depth

    @cached_property
    def _rows(self) -> list[list[float]]:
        rows: list[list[float]] = self.matrix.tolist()
        return rows

    def plane(self, origin: Vector, along_column: Vector, along_row: Vector) -> Matrix:
        """Return the homography (3, 3) from texture pixels on a world plane to picture pixels.

        origin is where texture pixel (0, 0) lies, the others are steps of one column and one row.
        """
        start = np.array(origin) - np.array(self.position)
        columns = np.stack([np.array(along_column), np.array(along_row), start], axis=1)
        homography: Matrix = self.matrix @ columns
        return homography
