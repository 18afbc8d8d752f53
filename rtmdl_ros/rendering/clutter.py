# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Things that stand about in a hall, as BGRA sprites: cones, boxes, chairs, people, bins, ..."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from rtmdl_ros.rendering.background import random_colour
from rtmdl_ros.rendering.picture import Colour, Image
from rtmdl_ros.rendering.placing import pyramid_of

#: Height of a sprite in pixels.
_TALL = 192


@dataclass(frozen=True)
class Thing:
    """A sprite in falling sizes and its real height in metres; it stands on the floor."""

    pyramid: tuple[Image, ...]
    height_m: float


def random_thing(rng: np.random.Generator, low: bool) -> Thing:
    """Return a random thing; a low one is at most 0.35 m high and stands on the track's edge."""
    makers = _LOW if low else _ALL
    maker = makers[int(rng.integers(len(makers)))]
    sprite, height_m = maker(rng)
    return Thing(pyramid_of(sprite), height_m)


def _blank(width: int, colour: Colour) -> Image:
    sprite: Image = np.zeros((_TALL, width, 4), np.uint8)
    sprite[:, :, :3] = colour
    return sprite


def _fill(sprite: Image, points: list[tuple[float, float]], colour: Colour) -> None:
    """Fill a polygon given in parts of the sprite's width and height."""
    size = np.array([sprite.shape[1] - 1, sprite.shape[0] - 1])
    fixed = np.round(np.array(points) * size).astype(np.int32)
    cv2.fillPoly(sprite, [fixed], (*colour, 255))


def _rectangle(
    sprite: Image, corner: tuple[float, float], end: tuple[float, float], colour: Colour
) -> None:
    _fill(sprite, [corner, (end[0], corner[1]), end, (corner[0], end[1])], colour)


def _darker(colour: Colour, factor: float) -> Colour:
    return int(colour[0] * factor), int(colour[1] * factor), int(colour[2] * factor)


def _cone(rng: np.random.Generator) -> tuple[Image, float]:
    orange = (int(rng.uniform(10, 50)), int(rng.uniform(70, 120)), int(rng.uniform(210, 250)))
    sprite = _blank(150, orange)
    _fill(sprite, [(0.45, 0.0), (0.55, 0.0), (0.85, 0.93), (0.15, 0.93)], orange)
    _fill(sprite, [(0.38, 0.3), (0.62, 0.3), (0.69, 0.52), (0.31, 0.52)], (235, 235, 235))
    _fill(sprite, [(0.52, 0.0), (0.55, 0.0), (0.85, 0.93), (0.68, 0.93)], _darker(orange, 0.8))
    _rectangle(sprite, (0.02, 0.93), (0.98, 1.0), _darker(orange, 0.7))
    return sprite, float(rng.uniform(0.15, 0.35))


def _box(rng: np.random.Generator) -> tuple[Image, float]:
    tone = float(rng.uniform(0.6, 1.05))
    brown = (int(95 * tone), int(140 * tone), int(180 * tone))
    sprite = _blank(int(rng.uniform(150, 300)), brown)
    _rectangle(sprite, (0.0, 0.1), (1.0, 1.0), brown)
    _fill(sprite, [(0.0, 0.1), (0.12, 0.0), (0.88, 0.0), (1.0, 0.1)], _darker(brown, 0.8))
    _rectangle(sprite, (0.45, 0.1), (0.56, 1.0), _darker(brown, 1.12))
    _rectangle(sprite, (0.1, 0.6), (0.35, 0.8), _darker(brown, 0.55))
    return sprite, float(rng.uniform(0.2, 0.6))


def _tyres(rng: np.random.Generator) -> tuple[Image, float]:
    grey = int(rng.uniform(25, 50))
    sprite = _blank(220, (grey, grey, grey))
    for row in range(3):
        top = row / 3
        _rectangle(sprite, (0.02, top + 0.03), (0.98, top + 0.3), (grey, grey, grey))
        _rectangle(sprite, (0.0, top + 0.1), (1.0, top + 0.23), (grey + 18, grey + 18, grey + 18))
    return sprite, float(rng.uniform(0.2, 0.35))


def _chair(rng: np.random.Generator) -> tuple[Image, float]:
    seat, leg = random_colour(rng, 0.8), (60, 60, 62)
    sprite = _blank(110, leg)
    _rectangle(sprite, (0.1, 0.0), (0.9, 0.36), seat)
    _rectangle(sprite, (0.0, 0.5), (1.0, 0.6), _darker(seat, 0.8))
    for x in (0.04, 0.2, 0.76, 0.9):
        _rectangle(sprite, (x, 0.36), (x + 0.06, 1.0), leg)
    return sprite, 0.85


def _person(rng: np.random.Generator) -> tuple[Image, float]:
    trousers, shirt = random_colour(rng, 0.4), random_colour(rng, 0.7)
    tone = float(rng.uniform(0.35, 1.1))
    skin = (int(130 * tone), int(160 * tone), int(215 * tone))
    sprite = _blank(76, trousers)
    _rectangle(sprite, (0.25, 0.5), (0.48, 0.96), trousers)
    _rectangle(sprite, (0.52, 0.5), (0.75, 0.96), _darker(trousers, 0.85))
    _rectangle(sprite, (0.2, 0.17), (0.8, 0.52), shirt)
    _rectangle(sprite, (0.05, 0.18), (0.2, 0.5), _darker(shirt, 0.85))
    _rectangle(sprite, (0.8, 0.18), (0.95, 0.5), _darker(shirt, 0.85))
    cv2.ellipse(sprite, (38, 18), (12, 16), 0, 0, 360, (*skin, 255), -1)
    cv2.ellipse(
        sprite, (38, 10), (13, 11), 0, 180, 360, (*_darker(random_colour(rng, 0.3), 0.5), 255), -1
    )
    for x in (0.2, 0.52):
        _rectangle(sprite, (x, 0.95), (x + 0.28, 1.0), (30, 30, 30))
    return sprite, float(rng.uniform(1.55, 1.9))


def _bin(rng: np.random.Generator) -> tuple[Image, float]:
    colour = random_colour(rng, 0.7)
    sprite = _blank(130, colour)
    _fill(sprite, [(0.0, 0.08), (1.0, 0.08), (0.85, 1.0), (0.15, 1.0)], colour)
    _fill(sprite, [(0.7, 0.08), (1.0, 0.08), (0.85, 1.0), (0.65, 1.0)], _darker(colour, 0.75))
    _rectangle(sprite, (0.0, 0.0), (1.0, 0.1), _darker(colour, 0.6))
    return sprite, float(rng.uniform(0.35, 0.7))


def _extinguisher(rng: np.random.Generator) -> tuple[Image, float]:
    red = (int(rng.uniform(20, 50)), 25, int(rng.uniform(150, 220)))
    sprite = _blank(64, red)
    _rectangle(sprite, (0.1, 0.25), (0.9, 1.0), red)
    cv2.ellipse(sprite, (32, 48), (26, 20), 0, 180, 360, (*red, 255), -1)
    _rectangle(sprite, (0.3, 0.0), (0.7, 0.16), (35, 35, 35))
    _rectangle(sprite, (0.2, 0.5), (0.8, 0.7), (220, 225, 225))
    return sprite, 0.5


def _desk(rng: np.random.Generator) -> tuple[Image, float]:
    top, screen = random_colour(rng, 0.4), random_colour(rng, 0.9)
    sprite = _blank(230, top)
    _rectangle(sprite, (0.3, 0.0), (0.75, 0.34), (30, 30, 32))
    _rectangle(sprite, (0.32, 0.02), (0.73, 0.31), screen)
    _rectangle(sprite, (0.5, 0.34), (0.55, 0.42), (30, 30, 32))
    _rectangle(sprite, (0.0, 0.42), (1.0, 0.48), top)
    for x in (0.03, 0.92):
        _rectangle(sprite, (x, 0.48), (x + 0.04, 1.0), (70, 70, 72))
    return sprite, 1.2


def _ball(rng: np.random.Generator) -> tuple[Image, float]:
    colour = random_colour(rng)
    sprite = _blank(_TALL, colour)
    half = _TALL // 2
    for step in range(8):
        tone = _darker(colour, 0.7 + 0.04 * step)
        centre = (half - 4 * step, half - 5 * step)
        cv2.circle(sprite, centre, half - 1 - 10 * step, (*tone, 255), -1)
    return sprite, float(rng.uniform(0.12, 0.3))


def _car_rear(rng: np.random.Generator) -> tuple[Image, float]:
    """Draw another small car from behind, with its red lamps."""
    body = random_colour(rng, 1.0)
    sprite = _blank(300, body)
    _fill(sprite, [(0.25, 0.0), (0.75, 0.0), (0.88, 0.35), (0.12, 0.35)], _darker(body, 0.5))
    _rectangle(sprite, (0.08, 0.35), (0.92, 0.8), body)
    for x in (0.0, 0.8):
        _rectangle(sprite, (x, 0.55), (x + 0.2, 1.0), (30, 30, 30))
    for x in (0.12, 0.78):
        _rectangle(sprite, (x, 0.42), (x + 0.1, 0.55), (60, 40, 235))
    return sprite, float(rng.uniform(0.14, 0.22))


_Maker = Callable[[np.random.Generator], tuple[Image, float]]
_LOW: tuple[_Maker, ...] = (_cone, _cone, _tyres, _ball, _car_rear)
_ALL: tuple[_Maker, ...] = (
    _cone, _box, _box, _tyres, _chair, _person, _person, _bin, _extinguisher, _desk, _ball,
)  # fmt: skip
