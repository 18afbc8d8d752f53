# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What every rendering returns, and the few operations on pictures that all of them share."""

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.image_kind import LARGEST_SIDE, SMALLEST_SIDE

#: BGR (H, W, 3), BGRA (H, W, 4) or grey (H, W) picture, uint8.
Image = npt.NDArray[np.uint8]
#: Affine transform (2, 3) or homography (3, 3).
Matrix = npt.NDArray[np.float64]
#: Blue, green, red, each 0 to 255.
Colour = tuple[int, int, int]


class RenderingError(ValueError):
    """A size or name that cannot be rendered; the message names it and the remedy."""


@dataclass(frozen=True)
class RenderedFrame:
    """A picture and what is really in it (score 1, boxes inside the picture)."""

    image: Image
    lights: tuple[Detection, ...]
    signs: tuple[Detection, ...]


def check_size(width: int, height: int) -> None:
    """Raise RenderingError unless both sides are between 64 and 4096 pixels."""
    for name, side in (('width', width), ('height', height)):
        if not SMALLEST_SIDE <= side <= LARGEST_SIDE:
            raise RenderingError(
                f'{name} {side}: give a number of pixels from {SMALLEST_SIDE} to {LARGEST_SIDE}'
            )


def as_image(array: Any) -> Image:
    """Give an OpenCV result its real type; OpenCV's own annotations do not know the depth."""
    return cast(Image, array)


def resized(image: Image, width: int, height: int) -> Image:
    """Return the picture at another size: area mean when it shrinks, linear when it grows."""
    shrinks = width * height < image.shape[0] * image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return as_image(cv2.resize(image, (width, height), interpolation=how))


def blend(
    image: Image, sprite: Image, x: int, y: int, opacity: float = 1.0, brightness: float = 1.0
) -> None:
    """Lay a BGRA sprite over the picture, in place, its top-left corner at (x, y), clipped.

    brightness, 0 to 1.3, multiplies the sprite's colours.
    """
    top, left = max(0, y), max(0, x)
    bottom = min(image.shape[0], y + sprite.shape[0])
    right = min(image.shape[1], x + sprite.shape[1])
    if top >= bottom or left >= right:
        return
    part = sprite[top - y : bottom - y, left - x : right - x]
    under = image[top:bottom, left:right]
    alpha = part[:, :, 3:].astype(np.float32) * np.float32(opacity / 255.0)
    colours = part[:, :, :3]
    if brightness != 1.0:
        colours = as_image(cv2.convertScaleAbs(colours, alpha=brightness))
    mixed = under + (colours - under.astype(np.float32)) * alpha
    under[:] = mixed.astype(np.uint8)


def warp_onto(
    image: Image, sprite: Image, matrix: Matrix, opacity: float = 1.0, brightness: float = 1.0
) -> None:
    """Lay a BGRA sprite over the picture, in place, moved by an affine sprite-to-picture matrix."""
    corners = transformed_corners(sprite.shape[1], sprite.shape[0], matrix)
    x, y = np.floor(corners.min(axis=0)).astype(int) - 1
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    # Only the part inside the picture is warped: a near object may be far larger than the frame.
    x, y = max(int(x), 0), max(int(y), 0)
    right, bottom = min(int(right), image.shape[1]), min(int(bottom), image.shape[0])
    if x >= right or y >= bottom:
        return
    local = matrix.copy()
    local[:, 2] -= (x, y)
    # Pixels outside the sprite repeat its edge colour with alpha 0, else edges turn dark.
    warped = as_image(
        cv2.warpAffine(
            sprite,
            local,
            (right - x, bottom - y),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(*(int(v) for v in sprite[0, 0, :3]), 0),
        )
    )
    blend(image, warped, x, y, opacity, brightness)


def transformed_corners(width: float, height: float, matrix: Matrix) -> npt.NDArray[np.float64]:
    """Return the four corners (4, 2) of a width x height picture after an affine transform."""
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64)
    return corners @ matrix.T


def placed(
    width: float, height: float, centre: tuple[float, float], size: tuple[float, float], roll: float
) -> Matrix:
    """Return the matrix that draws a width x height sprite at a centre.

    size is the drawn width and height in pixels before the turn by roll (radians, clockwise).
    """
    scale_x, scale_y = size[0] / width, size[1] / height
    cos, sin = np.cos(roll), np.sin(roll)
    matrix = np.array([[cos * scale_x, -sin * scale_y, 0.0], [sin * scale_x, cos * scale_y, 0.0]])
    matrix[:, 2] = np.array(centre) - matrix[:, :2] @ (width / 2, height / 2)
    return matrix


def clipped(box: Box, width: int, height: int) -> Box:
    """Return the part of a box inside a width x height picture (inside out when there is none)."""
    return Box(
        max(0.0, box.x_min),
        max(0.0, box.y_min),
        min(float(width), box.x_max),
        min(float(height), box.y_max),
    )
