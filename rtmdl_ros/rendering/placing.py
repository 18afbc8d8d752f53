# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Puts signs and lights of any drawn size into a picture and tells their tight boxes."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.lights import (
    LightStyle,
    glow_sprite,
    lamp_centre,
    light_template,
)
from rtmdl_ros.rendering.picture import Image, Matrix, as_image, placed, resized, warp_onto
from rtmdl_ros.rendering.signs import sign_template
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES
from rtmdl_ros.workload.detection import Box

#: Template sizes in pixels: the next larger one is drawn, because a much larger one would alias.
_LEVELS = (12, 16, 24, 32, 48, 64, 96, 128, 192, 256)


@dataclass(frozen=True)
class Pose:
    """Where and how an object stands in the picture."""

    #: Pixels.
    centre: tuple[float, float]
    #: Drawn height of the front view in pixels.
    height: float
    #: Clockwise turn in radians.
    roll: float = 0.0
    #: Width seen / width from the front, 0 to 1: cosine of the angle at which it is seen.
    squeeze: float = 1.0
    #: Factor of a sign's colours.
    brightness: float = 1.0
    #: 0 (invisible) to 1.
    opacity: float = 1.0


def place_sign(image: Image, class_name: str, pose: Pose) -> Box:
    """Draw a sign, in place, and return the tight box of its plate (not clipped)."""
    level = _level(pose.height)
    sprite = sign_template(class_name, level)
    matrix = placed(level, level, pose.centre, (pose.height * pose.squeeze, pose.height), pose.roll)
    warp_onto(image, sprite, matrix, pose.opacity, pose.brightness)
    return _tight(_sign_outline(class_name), level, matrix)


def place_light(image: Image, state: str, style: LightStyle, pose: Pose) -> Box:
    """Draw a traffic light with glow, in place; return its housing's tight box (not clipped)."""
    level = _level(pose.height)
    sprite = light_template(state, style, level)
    height, width = sprite.shape[:2]
    size = (pose.height * width / height * pose.squeeze, pose.height)
    matrix = placed(width, height, pose.centre, size, pose.roll)
    warp_onto(image, sprite, matrix, pose.opacity)
    if state != 'off':
        lamp = matrix @ np.array([width / 2, lamp_centre(state) * height, 1.0])
        radius = style.lens_radius * pose.height
        add_glow(image, state, (lamp[0], lamp[1]), radius, 0.5 * style.power**2 * pose.opacity)
    return _tight(_light_outline(state, style), level, matrix)


def add_glow(
    image: Image, state: str, centre: tuple[float, float], radius: float, strength: float
) -> None:
    """Add the glow of a lamp of a radius in pixels, in place; strength 0 to 1."""
    half = max(2, round(4 * radius))
    x, y = round(centre[0]) - half, round(centre[1]) - half
    left, top = max(0, x), max(0, y)
    right, bottom = min(image.shape[1], x + 2 * half), min(image.shape[0], y + 2 * half)
    if left >= right or top >= bottom:
        return
    sprite = cv2.resize(glow_sprite(state), (2 * half, 2 * half))[
        top - y : bottom - y, left - x : right - x
    ]
    part = image[top:bottom, left:right]
    # Light adds up to saturation: what is bright already changes little.
    part[:] = (part + (255.0 - part) * (sprite * np.float32(strength))).astype(np.uint8)


def place_sprite(image: Image, pyramid: tuple[Image, ...], pose: Pose) -> Box:
    """Draw a BGRA sprite, given in falling sizes, in place; return the box of its corners."""
    sprite = next((s for s in reversed(pyramid) if s.shape[0] >= pose.height), pyramid[0])
    height, width = sprite.shape[:2]
    size = (pose.height * width / height * pose.squeeze, pose.height)
    matrix = placed(width, height, pose.centre, size, pose.roll)
    warp_onto(image, sprite, matrix, pose.opacity)
    return Box(
        pose.centre[0] - size[0] / 2,
        pose.centre[1] - size[1] / 2,
        pose.centre[0] + size[0] / 2,
        pose.centre[1] + size[1] / 2,
    )


def warm_up(class_names: tuple[str, ...], styles: tuple[LightStyle, ...]) -> None:
    """Draw the templates now rather than in the first frame that shows them."""
    for name in class_names:
        _sign_outline(name)
    for style in styles:
        for state in TRAFFIC_LIGHT_STATES:
            _light_outline(state, style)


def pyramid_of(sprite: Image) -> tuple[Image, ...]:
    """Return a sprite and its halves down to 12 pixels of height."""
    levels = [sprite]
    while levels[-1].shape[0] >= 24:
        height, width = levels[-1].shape[:2]
        levels.append(resized(levels[-1], max(2, width // 2), height // 2))
    return tuple(levels)


def _level(height: float) -> int:
    return next((level for level in _LEVELS if level >= height), _LEVELS[-1])


Outline = npt.NDArray[np.float64]


@lru_cache(maxsize=64)
def _sign_outline(class_name: str) -> Outline:
    return _outline(sign_template(class_name, 256))


@lru_cache(maxsize=1024)
def _light_outline(state: str, style: LightStyle) -> Outline:
    return _outline(light_template(state, style, 256))


def _outline(sprite: Image) -> Outline:
    """Return the convex hull (N, 2) of the opaque pixels in parts of the sprite's height."""
    mask = as_image((sprite[:, :, 3] > 127).astype(np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    edge = np.concatenate(contours).reshape(-1, 2)
    # Both edges of a pixel count: pixel 3 covers 3.0 to 4.0.
    points = np.concatenate([edge + np.array((x, y)) for x in (0, 1) for y in (0, 1)])
    hull = cv2.convexHull(points.astype(np.int32)).reshape(-1, 2)
    outline: Outline = hull.astype(np.float64) / sprite.shape[0]
    return outline


def _tight(outline: Outline, height: int, matrix: Matrix) -> Box:
    points = outline * height @ matrix[:, :2].T + matrix[:, 2]
    x_min, y_min = points.min(axis=0)
    x_max, y_max = points.max(axis=0)
    return Box(float(x_min), float(y_min), float(x_max), float(y_max))
