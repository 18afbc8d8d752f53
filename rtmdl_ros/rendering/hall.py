# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The hall around the track: floor, walls and ceiling as textured planes in perspective."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.background import cloud, random_colour
from rtmdl_ros.rendering.camera import Camera
from rtmdl_ros.rendering.picture import Colour, Image, Matrix, as_image, resized

#: Half width, height and visible length of the hall in metres.
HALF_WIDTH = 4.5
HEIGHT = 3.2
LENGTH = 16.0
#: Floor and ceiling repeat after this many metres, walls after twice LENGTH.
PERIOD = 2.0
_WALL_DENSITY = 64  # texture pixels a metre
_CEILING_DENSITY = 48
#: Floor textures: up to this distance in metres, so many pixels a metre (finer ones would alias).
_FLOOR_BANDS = ((1.3, 256), (3.2, 96), (1e9, 32))


@dataclass(frozen=True)
class Hall:
    """Textures of one hall, BGR uint8."""

    floors: tuple[Image, ...]
    ceiling: Image
    #: Left wall, right wall; half as long again as they repeat, so that any window is one slice.
    walls: tuple[Image, Image]
    end: Image

    def draw(self, image: Image, camera: Camera) -> None:
        """Fill the whole picture with the empty hall, in place."""
        self._draw_floor(image, camera)
        self._draw_ceiling(image, camera)
        self._draw_end(image, camera)
        for wall, side in zip(self.walls, (-1, 1), strict=True):
            self._draw_wall(image, camera, wall, side)

    def _draw_floor(self, image: Image, camera: Camera) -> None:
        start = np.floor(camera.position[2] / PERIOD) * PERIOD
        # The last band reaches the horizon; walls cover what a rolled camera sees beyond.
        bottom = camera.height
        for texture, (reach, density) in zip(self.floors, _FLOOR_BANDS, strict=True):
            row = camera.horizon + camera.focal * camera.position[1] / reach
            top = round(row) if reach < LENGTH else round(camera.horizon)
            step = 1.0 / density
            plane = camera.plane((0.0, 0.0, start), (step, 0.0, 0.0), (0.0, 0.0, step))
            _warp(image, texture, plane, max(0, top), bottom, cv2.BORDER_WRAP)
            bottom = min(bottom, top)

    def _draw_ceiling(self, image: Image, camera: Camera) -> None:
        start = np.floor(camera.position[2] / PERIOD) * PERIOD
        step = 1.0 / _CEILING_DENSITY
        plane = camera.plane((0.0, HEIGHT, start), (step, 0.0, 0.0), (0.0, 0.0, step))
        reach = camera.focal * (HEIGHT - camera.position[1]) / LENGTH
        _warp(image, self.ceiling, plane, 0, round(camera.horizon - 0.8 * reach), cv2.BORDER_WRAP)

    def _draw_end(self, image: Image, camera: Camera) -> None:
        step = 1.0 / _WALL_DENSITY
        origin = (-HALF_WIDTH, HEIGHT, camera.position[2] + LENGTH)
        plane = camera.plane(origin, (step, 0.0, 0.0), (0.0, -step, 0.0))
        reach = camera.focal * (HEIGHT - camera.position[1]) / LENGTH
        top, bottom = camera.horizon - 1.2 * reach, camera.horizon + 0.2 * reach
        _warp(image, self.end, plane, round(top), round(bottom), cv2.BORDER_TRANSPARENT)

    def _draw_wall(self, image: Image, camera: Camera, wall: Image, side: int) -> None:
        start = int(camera.position[2] * _WALL_DENSITY)
        span = round(LENGTH * _WALL_DENSITY)
        first = start % (2 * span)
        part = wall[:, first : first + span + 1]
        step = 1.0 / _WALL_DENSITY
        origin = (side * HALF_WIDTH, HEIGHT, start * step)
        plane = camera.plane(origin, (0.0, 0.0, step), (0.0, -step, 0.0))
        reach = 1.15 * camera.focal * camera.position[1] / HALF_WIDTH
        bottom = camera.horizon + reach + 0.05 * camera.width
        _warp(image, part, plane, 0, round(bottom), cv2.BORDER_TRANSPARENT)


def random_hall(rng: np.random.Generator) -> Hall:
    """Return a hall with random materials and furniture on its walls."""
    finest = _floor_texture(rng, round(PERIOD * _FLOOR_BANDS[0][1]))
    floors = tuple(
        resized(finest, round(PERIOD * density), round(PERIOD * density))
        for _, density in _FLOOR_BANDS
    )
    paint = int(rng.uniform(120, 215))
    warm = int(rng.uniform(0, 22))
    colour = (paint - warm, paint, min(255, paint + warm // 2))
    return Hall(
        floors,
        _ceiling_texture(rng),
        (_wall_texture(rng, colour, True), _wall_texture(rng, colour, True)),
        _wall_texture(rng, colour, False),
    )


def _warp(image: Image, texture: Image, plane: Matrix, top: int, bottom: int, border: int) -> None:
    """Warp a texture onto rows top to bottom of the picture, in place."""
    top, bottom = max(0, top), min(image.shape[0], bottom)
    if top >= bottom:
        return
    plane = plane.copy()
    plane[1] -= top * plane[2]
    rows = image[top:bottom]
    flags = cv2.INTER_LINEAR
    size = (rows.shape[1], rows.shape[0])
    cv2.warpPerspective(texture, plane, size, dst=rows, flags=flags, borderMode=border)


def _tileable(image: Image) -> Image:
    """Return the picture mixed with itself half a turn away, so that it repeats without seams."""
    height, width = image.shape[:2]
    rolled = np.roll(image, (height // 2, width // 2), axis=(0, 1)).astype(np.float32)
    rows = 1 - np.abs(np.linspace(-1, 1, height, dtype=np.float32))[:, None, None]
    columns = 1 - np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :, None]
    weight = np.minimum(1.0, 2 * np.minimum(rows, columns))
    mixed: Image = (image * weight + rolled * (1 - weight)).astype(np.uint8)
    return mixed


def _floor_texture(rng: np.random.Generator, size: int) -> Image:
    kind = rng.integers(4)
    base = rng.uniform(60, 170)
    if kind == 0:  # carpet
        tint = rng.uniform(-18, 18, 3)
        low, high = _shade(base - 22, tint), _shade(base + 22, tint)
        return _tileable(cloud(rng, size, size, low, high, 1.0))
    if kind == 1:  # wooden boards
        return _boards(rng, size)
    texture = _tileable(cloud(rng, size, size, _shade(base - 15), _shade(base + 15), 0.7))
    if kind == 3:  # tiles
        pitch = size // 4
        for line in range(0, size, pitch):
            texture[line : line + 3] = texture[line : line + 3] // 2 + 20
            texture[:, line : line + 3] = texture[:, line : line + 3] // 2 + 20
    return texture


def _shade(grey: float, tint: npt.NDArray[np.float64] | float = 0.0) -> Colour:
    colour = np.clip(np.full(3, grey) + tint, 0, 255)
    return int(colour[0]), int(colour[1]), int(colour[2])


def _boards(rng: np.random.Generator, size: int) -> Image:
    texture: Image = np.zeros((size, size, 3), np.uint8)
    wide, light = size // 16, rng.uniform(0.55, 1.0)
    for left in range(0, size, wide):
        tone = light * rng.uniform(0.85, 1.1)
        low, high = (
            (int(70 * tone), int(110 * tone), int(150 * tone)),
            (int(95 * tone), int(140 * tone), int(185 * tone)),
        )
        grain = cloud(rng, wide, size // 8, low, high, 0.8)
        texture[:, left : left + wide] = cv2.resize(grain, (wide, size))
        texture[:, left : left + 2] = texture[:, left : left + 2] // 2
        joint = int(rng.integers(size - 2))
        texture[joint : joint + 2, left : left + wide] //= 2
    return texture


def _ceiling_texture(rng: np.random.Generator) -> Image:
    side = round(PERIOD * _CEILING_DENSITY)
    grey = rng.uniform(110, 200)
    texture = _tileable(cloud(rng, side, side, _shade(grey - 6), _shade(grey + 6), 0.5))
    for line in range(0, side, side // 4):
        texture[line] = _shade(grey - 40)
        texture[:, line] = _shade(grey - 40)
    left = int(rng.uniform(0.1, 0.5) * side)
    long = int(rng.uniform(0.3, 0.8) * side)
    cv2.rectangle(texture, (left, 8), (left + side // 6, 8 + long), (250, 253, 255), -1)
    return as_image(cv2.GaussianBlur(texture, (0, 0), 0.8))


def _wall_texture(rng: np.random.Generator, colour: Colour, long: bool) -> Image:
    """Draw a wall; a long one repeats after 2 * LENGTH and is half as long again."""
    metres = 2 * LENGTH if long else 2 * HALF_WIDTH
    width, height = round(metres * _WALL_DENSITY), round(HEIGHT * _WALL_DENSITY)
    texture = cloud(rng, width, height, _shade(0, np.array(colour) - 10), colour, 0.4)
    if rng.random() < 0.5:
        band = round(height * rng.uniform(0.6, 0.75))
        texture[band:] = (texture[band:] * rng.uniform(0.5, 0.9)).astype(np.uint8)
    texture[-6:] = texture[-6:] // 3
    x = float(rng.uniform(0, 60))
    while x < width - 120:
        x += _furnish(rng, texture, round(x)) + float(rng.uniform(5, 70))
    texture = as_image(cv2.GaussianBlur(texture, (0, 0), 0.6))
    if not long:
        return texture
    return np.concatenate([texture, texture[:, : width // 2 + 2]], axis=1)


def _furnish(rng: np.random.Generator, texture: Image, x: int) -> int:
    """Draw a door, window, poster, cupboard or pipe at column x; return its width."""
    height = texture.shape[0]
    kind = rng.integers(5)
    wide = int(rng.uniform(25, 110))
    if kind == 0:
        top = round(height * 0.36)
        cv2.rectangle(texture, (x, top), (x + 60, height), random_colour(rng, 0.4), -1)
        cv2.circle(texture, (x + 52, round(height * 0.68)), 3, (60, 60, 60), -1)
        return 60
    if kind == 1:
        bright = int(rng.uniform(190, 255))
        bottom = round(height * 0.62)
        cv2.rectangle(texture, (x, height // 6), (x + wide, bottom), (255, bright, bright - 20), -1)
        cv2.rectangle(texture, (x, height // 6), (x + wide, bottom), (90, 90, 90), 3)
        cv2.line(texture, (x + wide // 2, height // 6), (x + wide // 2, bottom), (90, 90, 90), 3)
        return wide
    if kind == 2:
        return _poster(rng, texture, x)
    if kind == 3:
        top = round(height * rng.uniform(0.3, 0.7))
        cv2.rectangle(texture, (x, top), (x + wide, height), random_colour(rng, 0.5), -1)
        for column in range(x, x + wide, max(8, wide // 3)):
            cv2.line(texture, (column, top), (column, height), (50, 50, 50), 1)
        return wide
    cv2.line(texture, (x, 0), (x, height), random_colour(rng, 0.3), int(rng.integers(2, 7)))
    return 8


def _poster(rng: np.random.Generator, texture: Image, x: int) -> int:
    height = texture.shape[0]
    wide, tall = int(rng.uniform(20, 60)), int(rng.uniform(25, 70))
    top = round(height * rng.uniform(0.3, 0.5))
    cv2.rectangle(texture, (x, top), (x + wide, top + tall), random_colour(rng, 0.9), -1)
    centre = (x + wide // 2, top + tall // 3)
    cv2.circle(texture, centre, wide // 4, random_colour(rng, 0.9), -1)
    for row in range(top + tall * 2 // 3, top + tall - 3, 6):
        cv2.line(texture, (x + 4, row), (x + wide - 6, row), (40, 40, 40), 1)
    return wide
