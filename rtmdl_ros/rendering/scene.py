# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random training pictures: signs, lights and things that look like them, anywhere, any size."""

import math
from functools import lru_cache

import cv2
import numpy as np

from rtmdl_ros.rendering.background import add_shape, random_background, random_colour
from rtmdl_ros.rendering.effects import camera_like
from rtmdl_ros.rendering.lights import LightStyle, random_light_style
from rtmdl_ros.rendering.picture import Image, RenderedFrame, check_size, clipped
from rtmdl_ros.rendering.placing import Pose, add_glow, place_light, place_sign
from rtmdl_ros.rendering.signs import SIGN_CLASSES
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES
from rtmdl_ros.workload.detection import Box, Detection, shared_area

#: Smallest drawn height in pixels, of signs and of lights (whose lamps are a quarter of that).
SMALLEST_SIGN = 10.0
SMALLEST_LIGHT = 14.0
#: Largest drawn height as a part of the picture's height.
LARGEST = 0.4
#: Of a box by another one.
_MOST_COVERED = 0.02
_STYLES = 40


def random_scene(rng: np.random.Generator, width: int, height: int) -> RenderedFrame:
    """Return a picture with 0 to 3 lights and 0 to 4 signs among distractors, and their boxes.

    Boxes are tight around the visible housing or plate; everything drawn is at least 60 % inside
    the picture and hardly covered. Raises RenderingError for sides not within 64 to 4096 pixels.
    """
    check_size(width, height)
    image = random_background(rng, width, height)
    for _ in range(int(rng.integers(0, 9))):
        _distractor(rng, image)
    taken: list[Box] = []
    lights: list[Detection] = []
    signs: list[Detection] = []
    if rng.random() > 0.12:
        for _ in range(int(rng.choice((0, 1, 1, 2, 3)))):
            _add_light(rng, image, taken, lights)
        for _ in range(int(rng.choice((0, 1, 1, 2, 2, 3, 4)))):
            _add_sign(rng, image, taken, signs)
    if rng.random() < 0.2:
        _wire(rng, image)
    strength = float(rng.uniform(0.3, 1.0))
    return RenderedFrame(camera_like(rng, image, strength), tuple(lights), tuple(signs))


def random_pose(rng: np.random.Generator, width: int, height: int, smallest: float) -> Pose:
    """Return a random place and size; sizes are spread evenly over their logarithm."""
    low, high = math.log(smallest), math.log(max(smallest * 1.2, LARGEST * height))
    tall = math.exp(rng.uniform(low, high))
    return Pose(
        centre=(float(rng.uniform(0, width)), float(rng.uniform(0, height))),
        height=tall,
        roll=float(rng.normal(0, 0.07)),
        squeeze=float(
            1.0 - abs(rng.normal(0, 0.12)) if rng.random() < 0.7 else rng.uniform(0.6, 1)
        ),
        brightness=float(rng.uniform(0.55, 1.1)),
    )


@lru_cache(maxsize=1)
def _styles() -> tuple[LightStyle, ...]:
    rng = np.random.default_rng(3)
    return tuple(random_light_style(rng) for _ in range(_STYLES))


def _free(box: Box, taken: list[Box], width: int, height: int) -> bool:
    visible = clipped(box, width, height)
    if visible.width <= 0 or visible.height <= 0 or visible.area < 0.6 * box.area:
        return False
    # Of the smaller one, that a larger one could cover whole.
    return all(
        shared_area(box, other) <= _MOST_COVERED * min(box.area, other.area) for other in taken
    )


def _expected_box(pose: Pose, aspect: float) -> Box:
    half_width = pose.height * aspect * max(0.5, pose.squeeze) / 2
    half_height = pose.height / 2
    x, y = pose.centre
    return Box(x - half_width, y - half_height, x + half_width, y + half_height)


def _add_light(
    rng: np.random.Generator, image: Image, taken: list[Box], lights: list[Detection]
) -> None:
    height, width = image.shape[:2]
    pose = random_pose(rng, width, height, SMALLEST_LIGHT)
    if not _free(_expected_box(pose, 0.42), taken, width, height):
        return
    _pole(rng, image, pose)
    state = str(rng.choice(TRAFFIC_LIGHT_STATES))
    style = _styles()[int(rng.integers(_STYLES))]
    box = place_light(image, state, style, pose)
    taken.append(box)
    lights.append(Detection(state, 1.0, clipped(box, width, height)))


def _add_sign(
    rng: np.random.Generator, image: Image, taken: list[Box], signs: list[Detection]
) -> None:
    height, width = image.shape[:2]
    pose = random_pose(rng, width, height, SMALLEST_SIGN)
    if not _free(_expected_box(pose, 1.0), taken, width, height):
        return
    _pole(rng, image, pose)
    name = str(rng.choice(SIGN_CLASSES))
    box = place_sign(image, name, pose)
    taken.append(box)
    signs.append(Detection(name, 1.0, clipped(box, width, height)))


def _pole(rng: np.random.Generator, image: Image, pose: Pose) -> None:
    """Draw what holds an object: a pole down to somewhere, an arm from the side, or nothing."""
    kind = rng.random()
    if kind > 0.85:
        return
    x, y = (int(v) for v in pose.centre)
    thickness = max(1, round(pose.height * float(rng.uniform(0.05, 0.13))))
    colour = random_colour(rng, 0.15)
    if kind < 0.75:
        end = (int(x - pose.roll * pose.height * 3), int(y + pose.height * rng.uniform(1.0, 6.0)))
    else:
        end = (int(x + pose.height * rng.choice((-1, 1)) * rng.uniform(1, 5)), y)
    cv2.line(image, (x, y), end, colour, thickness, cv2.LINE_AA)


def _wire(rng: np.random.Generator, image: Image) -> None:
    height, width = image.shape[:2]
    start, end = (0, int(rng.uniform(0, height))), (width, int(rng.uniform(0, height)))
    cv2.line(image, start, end, random_colour(rng, 0.2), 1, cv2.LINE_AA)


def _distractor(rng: np.random.Generator, image: Image) -> None:
    """Draw one thing that a detector could take for a sign or a light, in place."""
    height, width = image.shape[:2]
    size = math.exp(rng.uniform(math.log(6), math.log(0.3 * height)))
    x, y = int(rng.uniform(0, width)), int(rng.uniform(0, height))
    kind = int(rng.integers(6))
    if kind == 0:
        _disc(rng, image, x, y, size / 2)
    elif kind == 1:
        _tail_lights(rng, image, x, y, size)
    elif kind == 2:
        _poster(rng, image, x, y, size)
    elif kind == 3:
        cv2.line(
            image, (x, y), (x, height), random_colour(rng, 0.2), max(1, int(size / 12)), cv2.LINE_AA
        )
    elif kind == 4:
        colour = random_colour(rng)
        tall = int(size * rng.uniform(1.5, 3))
        cv2.rectangle(image, (x, y), (x + int(size), y + tall), colour, -1)
    else:
        add_shape(rng, image)


def _disc(rng: np.random.Generator, image: Image, x: int, y: int, radius: float) -> None:
    """Draw a ball, a wheel, a clock or a plain lamp: one disc, perhaps with another inside."""
    strong = ((30, 30, 200), (190, 80, 20), (40, 190, 240), (60, 160, 50), (30, 110, 240))
    colour = strong[int(rng.integers(len(strong)))] if rng.random() < 0.6 else random_colour(rng)
    cv2.circle(image, (x, y), max(2, int(radius)), colour, -1, cv2.LINE_AA)
    if rng.random() < 0.4:
        inner = random_colour(rng, 0.4) if colour != strong[0] else (30, 30, 40)
        cv2.circle(
            image, (x, y), max(1, int(radius * rng.uniform(0.3, 0.7))), inner, -1, cv2.LINE_AA
        )
    if rng.random() < 0.25:
        state = str(rng.choice(('red', 'yellow', 'green')))
        add_glow(image, state, (x, y), radius * 0.5, float(rng.uniform(0.3, 0.9)))


def _tail_lights(rng: np.random.Generator, image: Image, x: int, y: int, size: float) -> None:
    """Draw the rear of a car: a body with two red lamps."""
    half, body = int(size / 2), random_colour(rng, 0.6)
    cv2.rectangle(image, (x - half, y - half // 2), (x + half, y + half), body, -1)
    lamp = max(1, int(size / 10))
    for side in (-1, 1):
        centre = (x + side * (half - lamp), y)
        cv2.circle(image, centre, lamp, (40, 30, int(rng.uniform(120, 255))), -1, cv2.LINE_AA)
        if rng.random() < 0.5:
            add_glow(image, 'red', centre, lamp, 0.7)


def _poster(rng: np.random.Generator, image: Image, x: int, y: int, size: float) -> None:
    """Draw a board with lines of writing or coloured patches."""
    wide, tall = int(size), int(size * rng.uniform(0.5, 1.6))
    cv2.rectangle(image, (x, y), (x + wide, y + tall), random_colour(rng, 0.8), -1)
    ink = random_colour(rng, 0.5)
    for row in range(y + tall // 8, y + tall, max(3, tall // 6)):
        end = x + int(wide * rng.uniform(0.4, 0.95))
        cv2.line(image, (x + wide // 10, row), (end, row), ink, max(1, tall // 14))
    if rng.random() < 0.5:
        centre = (x + int(wide * rng.uniform(0.2, 0.8)), y + int(tall * rng.uniform(0.2, 0.8)))
        cv2.circle(
            image, centre, max(1, int(size * rng.uniform(0.08, 0.25))), random_colour(rng), -1
        )
