# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a camera does to a picture: blur, noise, exposure, vignetting, compression."""

from functools import lru_cache
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.picture import Image, as_image

#: Noise pictures are cut from one larger bank at random offsets: much faster than new noise.
_BANK_MARGIN = 61

#: Factors of blue, green and red.
Tint = tuple[float, float, float]


def exposed(
    image: Image,
    gain: float,
    gamma: float = 1.0,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Image:
    """Return the picture multiplied by a gain, through a gamma curve and a BGR tint."""
    levels = np.linspace(0.0, 1.0, 256) ** gamma * gain
    table = np.clip(levels[:, None] * np.array(tint) * 255.0 + 0.5, 0, 255).astype(np.uint8)
    return as_image(cv2.LUT(image, table.reshape(1, 256, 3)))


def motion_blurred(image: Image, length: float, angle: float) -> Image:
    """Return the picture blurred along a direction; length in pixels, angle in radians."""
    if length < 1.5:
        return image
    if abs(np.sin(angle)) < 0.05:
        return as_image(cv2.blur(image, (max(2, round(length)), 1)))
    if abs(np.cos(angle)) < 0.05:
        return as_image(cv2.blur(image, (1, max(2, round(length)))))
    side = int(length) | 1
    kernel = np.zeros((side + 2, side + 2), np.float32)
    middle = (side + 1) / 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * (length - 1) / 2
    start = tuple(round(16 * (middle - v)) for v in reach)
    end = tuple(round(16 * (middle + v)) for v in reach)
    cv2.line(kernel, start, end, (1.0,), 1, cv2.LINE_AA, 4)
    return as_image(cv2.filter2D(image, -1, kernel / kernel.sum()))


def defocused(image: Image, sigma: float) -> Image:
    """Return the picture blurred like a lens out of focus; sigma in pixels."""
    if sigma < 0.3:
        return image
    return as_image(cv2.GaussianBlur(image, (0, 0), sigma))


@lru_cache(maxsize=4)
def _noise_bank(height: int, width: int) -> npt.NDArray[np.int8]:
    rng = np.random.default_rng(20)
    shape = (height + _BANK_MARGIN, width + _BANK_MARGIN, 3)
    # Grey noise and weaker colour noise, as after demosaicking.
    noise = rng.normal(0.0, 12.0, shape).astype(np.float32)
    noise += rng.normal(0.0, 20.0, (*shape[:2], 1)).astype(np.float32)
    bank: npt.NDArray[np.int8] = np.clip(np.rint(noise), -127, 127).astype(np.int8)
    return bank


@lru_cache(maxsize=48)
def _scaled_noise(height: int, width: int, level: int) -> tuple[Image, Image]:
    """Return what to add and what to subtract: two saturating steps on bytes are the fastest."""
    bank = _noise_bank(height, width).astype(np.float32) * np.float32(level / 20.0)
    more = np.rint(np.maximum(bank, 0)).astype(np.uint8)
    less = np.rint(np.maximum(-bank, 0)).astype(np.uint8)
    return more, less


def noisy(image: Image, level: int, offset: tuple[int, int]) -> Image:
    """Return the picture with sensor noise of about `level` grey values (0 to 20).

    offset chooses one of 61 x 61 noise pictures.
    """
    if level <= 0:
        return image
    height, width = image.shape[:2]
    more, less = _scaled_noise(height, width, min(level, 20))
    y, x = offset[0] % _BANK_MARGIN, offset[1] % _BANK_MARGIN
    rows, columns = slice(y, y + height), slice(x, x + width)
    brighter = cv2.add(image, more[rows, columns])
    return as_image(cv2.subtract(brighter, less[rows, columns]))


@lru_cache(maxsize=16)
def shading(width: int, height: int, percent: int, tint: Tint = (1.0, 1.0, 1.0)) -> Image:
    """Return a mask (height, width, 3): 255 in the middle, darker by a percentage in the corners.

    tint are the relative sensitivities to blue, green and red, at most 1.
    """
    y = np.linspace(-1, 1, height)[:, None]
    x = np.linspace(-1, 1, width)[None, :]
    mask = 1.0 - percent / 100.0 * (x**2 + y**2) / 2.0
    shade: Image = np.rint(mask[:, :, None] * np.array(tint) * 255).astype(np.uint8)
    return shade


def shaded(image: Image, mask: Image, gain: float = 1.0) -> Image:
    """Return the picture times mask / 255 times gain."""
    return as_image(cv2.multiply(image, mask, scale=gain / 255.0))


def compressed(image: Image, quality: int) -> Image:
    """Return the picture after JPEG compression of a quality from 1 to 100."""
    _, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cast(Image, cv2.imdecode(data, cv2.IMREAD_COLOR))


def camera_like(rng: np.random.Generator, image: Image, strength: float = 1.0) -> Image:
    """Return the picture through a random camera: all effects, some of them, seldom none.

    strength scales blur and noise; blur grows with the picture's size.
    """
    unit = strength * max(image.shape[:2]) / 320.0
    if rng.random() < 0.35:
        image = motion_blurred(image, rng.uniform(1.5, 5.0) * unit, rng.uniform(-0.5, 0.5))
    if rng.random() < 0.5:
        image = defocused(image, rng.uniform(0.3, 1.1) * unit)
    tint = tuple(float(v) for v in rng.uniform(0.85, 1.12, 3))
    gain = float(rng.uniform(0.45, 1.3) if rng.random() < 0.5 else rng.uniform(0.85, 1.1))
    image = exposed(image, gain, float(rng.uniform(0.75, 1.35)), (tint[0], tint[1], tint[2]))
    if rng.random() < 0.3:
        height, width = image.shape[:2]
        image = shaded(image, shading(width, height, int(rng.choice((15, 30, 45)))))
    level = round(float(rng.uniform(0, 9)) * strength)
    image = noisy(image, level, (int(rng.integers(61)), int(rng.integers(61))))
    if rng.random() < 0.4:
        image = compressed(image, int(rng.integers(45, 95)))
    return image
