# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Backgrounds without signs and lights: noise textures, skies, rooms, streets of blocks."""

import cv2
import numpy as np

from rtmdl_ros.rendering.picture import Colour, Image, as_image


def random_colour(rng: np.random.Generator, saturation: float = 1.0) -> Colour:
    """Return a random colour; saturation 0 gives greys, 1 any colour."""
    grey = rng.uniform(10, 245)
    colour = grey + (rng.uniform(0, 255, 3) - grey) * rng.uniform(0, saturation)
    return int(colour[0]), int(colour[1]), int(colour[2])


def cloud(
    rng: np.random.Generator, width: int, height: int, low: Colour, high: Colour, roughness: float
) -> Image:
    """Return smooth noise between two colours; roughness 0 (soft) to 1 (grainy)."""
    field = np.zeros((height, width), np.float32)
    weight, cells = 1.0, 3
    while cells < max(width, height):
        grid = rng.random((max(2, cells * height // width + 1), cells + 1), np.float32) - 0.5
        field += np.float32(weight) * cv2.resize(
            grid, (width, height), interpolation=cv2.INTER_LINEAR
        )
        weight *= 0.35 + 0.55 * roughness
        cells *= 3
    field = (field - field.min()) / max(1e-6, float(np.ptp(field)))
    difference = np.array(high, np.float32) - np.array(low, np.float32)
    image: Image = (np.array(low, np.float32) + field[:, :, None] * difference).astype(np.uint8)
    return image


def gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image:
    """Return a vertical gradient."""
    part = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    column = np.array(top, np.float32) * (1 - part) + np.array(bottom, np.float32) * part
    return np.repeat(column.astype(np.uint8), width, axis=1)


def random_background(rng: np.random.Generator, width: int, height: int) -> Image:
    """Return a background of a random kind, BGR (height, width, 3), with clutter shapes in it."""
    kind = rng.random()
    if kind < 0.3:
        image = _outdoor(rng, width, height)
    elif kind < 0.7:
        image = _room(rng, width, height)
    elif kind < 0.85:
        image = cloud(
            rng, width, height, random_colour(rng, 0.4), random_colour(rng, 0.4), rng.uniform(0, 1)
        )
    else:
        image = gradient(width, height, random_colour(rng, 0.3), random_colour(rng, 0.3))
    for _ in range(int(rng.integers(0, 26))):
        add_shape(rng, image)
    if rng.random() < 0.5:
        sigma = float(rng.uniform(0.5, 3.0)) * width / 320
        image = as_image(cv2.GaussianBlur(image, (0, 0), sigma))
    for _ in range(int(rng.integers(0, 8))):
        add_shape(rng, image)
    return image


def add_shape(rng: np.random.Generator, image: Image) -> None:
    """Draw one random line, box, ellipse or polygon over the picture, in place."""
    height, width = image.shape[:2]
    size = width * float(np.exp(rng.uniform(np.log(0.02), np.log(0.45))))
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    colour = random_colour(rng, float(rng.uniform(0, 1) ** 1.7))
    kind = int(rng.choice((0, 0, 1, 2, 2, 2, 3, 3, 4, 4)))
    if kind == 0:
        thickness = max(1, round(width * rng.uniform(0.002, 0.02)))
        end = (int(x + rng.normal(0, size)), int(y + rng.normal(0, size)))
        cv2.line(image, (int(x), int(y)), end, colour, thickness, cv2.LINE_AA)
    elif kind == 1:
        thickness = max(1, round(width * rng.uniform(0.002, 0.03)))
        cv2.line(
            image, (int(x), 0), (int(x + rng.normal(0, 5)), height), colour, thickness, cv2.LINE_AA
        )
    elif kind == 2:
        corner = (int(x + size), int(y + size * rng.uniform(0.3, 2.0)))
        cv2.rectangle(image, (int(x), int(y)), corner, colour, -1)
    elif kind == 3:
        axes = (max(1, int(size / 3)), max(1, int(size / 3 * rng.uniform(0.4, 1.5))))
        cv2.ellipse(
            image, (int(x), int(y)), axes, rng.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA
        )
    else:
        points = np.array((x, y)) + rng.normal(0, size / 2, (int(rng.integers(3, 6)), 2))
        cv2.fillPoly(image, [points.astype(np.int32)], colour, cv2.LINE_AA)


def _outdoor(rng: np.random.Generator, width: int, height: int) -> Image:
    """Draw sky, a skyline of houses or trees, and a road."""
    horizon = int(height * rng.uniform(0.35, 0.75))
    grey = rng.uniform(0, 1)
    light = rng.uniform(0.35, 1.0)
    sky: Colour = (
        int(250 * light),
        int((190 + 50 * grey) * light),
        int((120 + 120 * grey) * light),
    )
    pale: Colour = (int(245 * light), int(238 * light), int(228 * light))
    image = gradient(width, height, sky, pale)
    road = int(rng.uniform(50, 150) * light)
    image[horizon:] = cloud(
        rng, width, height - horizon, (road, road, road), (road + 30, road + 28, road + 26), 0.9
    )
    for _ in range(int(rng.integers(2, 14))):
        left = int(rng.uniform(-0.2, 1) * width)
        right = left + max(2, int(rng.uniform(0.04, 0.4) * width))
        top = int(horizon - height * rng.uniform(0.05, 0.55))
        if rng.random() < 0.5:
            cv2.rectangle(image, (left, top), (right, horizon), random_colour(rng, 0.35), -1)
            _windows(rng, image, left, top, right, horizon)
        else:
            _trees(rng, image, (left + right) / 2, (right - left) / 2, top, horizon)
    return image


def _windows(
    rng: np.random.Generator, image: Image, left: int, top: int, right: int, bottom: int
) -> None:
    pitch = max(6, int((right - left) / rng.integers(2, 6)))
    colour = random_colour(rng, 0.3)
    for y in range(top + pitch // 3, bottom - pitch // 2, pitch):
        for x in range(left + pitch // 4, right - pitch // 2, pitch):
            cv2.rectangle(image, (x, y), (x + pitch // 2, y + pitch // 2), colour, -1)


def _trees(
    rng: np.random.Generator, image: Image, x: float, radius: float, top: int, bottom: int
) -> None:
    light = rng.uniform(0.3, 1.0)
    for _ in range(40):
        leaf = max(1, int(radius * rng.uniform(0.1, 0.4)))
        centre = (int(rng.normal(x, radius / 2)), int(rng.uniform(top, bottom)))
        green = (
            rng.uniform(20, 70) * light,
            rng.uniform(60, 140) * light,
            rng.uniform(30, 110) * light,
        )
        cv2.circle(image, centre, leaf, green, -1)


def _room(rng: np.random.Generator, width: int, height: int) -> Image:
    """Draw a wall, a floor and a ceiling with lamps, with boards and cupboards on the wall."""
    wall = int(rng.uniform(70, 235))
    warm = int(rng.uniform(-8, 25))
    low = (max(0, wall - 20 - warm), max(0, wall - 20), max(0, min(255, wall - 20 + warm)))
    high = (min(255, wall - warm), wall, max(0, min(255, wall + warm)))
    image = cloud(rng, width, height, low, high, rng.uniform(0, 0.8))
    floor_y = int(height * rng.uniform(0.45, 0.85))
    first, second = random_colour(rng, 0.3), random_colour(rng, 0.2)
    image[floor_y:] = cloud(rng, width, height - floor_y, first, second, rng.uniform(0.3, 1))
    ceiling_y = int(height * rng.uniform(0.0, 0.3))
    if ceiling_y > 8:
        bright = int(rng.uniform(120, 240))
        image[:ceiling_y] = gradient(width, ceiling_y, (bright,) * 3, (bright - 40,) * 3)
        for _ in range(int(rng.integers(0, 5))):
            x, y = rng.uniform(0, width), rng.uniform(0, ceiling_y)
            corner = (
                int(x + width * rng.uniform(0.02, 0.2)),
                int(y + ceiling_y * rng.uniform(0.05, 0.3)),
            )
            cv2.rectangle(image, (int(x), int(y)), corner, (250, 252, 255), -1)
    for _ in range(int(rng.integers(0, 6))):
        x = int(rng.uniform(-0.1, 1.0) * width)
        top = int(rng.uniform(ceiling_y, floor_y))
        corner = (
            x + int(rng.uniform(0.03, 0.3) * width),
            min(floor_y, top + int(height * rng.uniform(0.05, 0.5))),
        )
        cv2.rectangle(image, (x, top), corner, random_colour(rng, 0.6), -1)
    return image
