# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Boxes and detections in image pixels."""

from dataclasses import dataclass

#: Intersection over union with an object from which on a detection is right (PASCAL VOC, Everingham
#: et al., IJCV 2010).
RIGHT_IOU = 0.5


@dataclass(frozen=True)
class Box:
    """An axis-parallel box in pixels; x to the right, y down, origin at the top-left corner."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x_max - self.x_min

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y_max - self.y_min

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle, x and y in pixels."""
        return (self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2

    @property
    def area(self) -> float:
        """Area in square pixels; 0 for a box turned inside out."""
        return max(0.0, self.width) * max(0.0, self.height)


@dataclass(frozen=True)
class Detection:
    """One object found in an image, or one that is really there (then with score 1)."""

    class_name: str
    #: Confidence from 0 to 1.
    score: float
    box: Box


def shared_box(first: Box, second: Box) -> Box:
    """Return what two boxes share; turned inside out where they do not touch."""
    return Box(
        max(first.x_min, second.x_min),
        max(first.y_min, second.y_min),
        min(first.x_max, second.x_max),
        min(first.y_max, second.y_max),
    )


def shared_area(first: Box, second: Box) -> float:
    """Return the area in square pixels that two boxes share."""
    return shared_box(first, second).area


def intersection_over_union(first: Box, second: Box) -> float:
    """Return shared area / joint area of two boxes, 0 to 1."""
    shared = shared_area(first, second)
    return shared / (first.area + second.area - shared) if shared else 0.0
