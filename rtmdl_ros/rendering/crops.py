# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random crops of single signs that look like those of GTSRB."""

import numpy as np

from rtmdl_ros.rendering.background import random_background
from rtmdl_ros.rendering.effects import compressed, defocused, exposed, motion_blurred, noisy
from rtmdl_ros.rendering.picture import Image, RenderingError, resized
from rtmdl_ros.rendering.placing import Pose, place_sign
from rtmdl_ros.rendering.signs import SIGN_CLASSES

#: Side of the picture in which a crop is composed before the camera's effects.
_STUDIO = 96
#: Largest turn of the camera or sign in radians.
_ROLL = 0.12


def random_sign_crop(rng: np.random.Generator, class_name: str, size: int) -> Image:
    """Return a crop (size, size, 3) of one sign with about 10 % border on each side.

    Turned, foreshortened, dark or faded, blurred, of low resolution, noisy, on clutter, as cut by
    an imprecise detector. size is 8 to 512 pixels. Raises RenderingError for a class that is not
    in SIGN_CLASSES or another size.
    """
    if class_name not in SIGN_CLASSES:
        raise RenderingError(f'sign class {class_name!r}: give one of SIGN_CLASSES')
    if not 8 <= size <= 512:
        raise RenderingError(f'crop size {size}: give a number of pixels from 8 to 512')
    image = _composed(rng, class_name)
    # Half of the signs of GTSRB are smaller than 43 pixels: detail is lost before it is resized.
    native = round(float(np.exp(rng.uniform(np.log(15), np.log(96)))))
    image = resized(image, native, native)
    if rng.random() < 0.5:
        image = motion_blurred(image, rng.uniform(0.02, 0.1) * native, rng.uniform(-1.6, 1.6))
    if rng.random() < 0.6:
        image = defocused(image, rng.uniform(0.005, 0.03) * native)
    image = _lit(rng, image)
    if rng.random() < 0.5:
        image = compressed(image, int(rng.integers(50, 95)))
    return resized(image, size, size)


def _composed(rng: np.random.Generator, class_name: str) -> Image:
    image = random_background(rng, _STUDIO, _STUDIO)
    tall = _STUDIO * float(rng.uniform(0.74, 0.88))
    shift = rng.normal(0, 0.025, 2) * _STUDIO
    centre = (float(_STUDIO / 2 + shift[0]), float(_STUDIO / 2 + shift[1]))
    if rng.random() < 0.25:
        # A second sign on the same pole reaches into the crop.
        side = float(rng.choice((-1, 1)))
        neighbour = str(rng.choice(SIGN_CLASSES))
        place_sign(image, neighbour, Pose((centre[0], centre[1] + side * tall * 1.02), tall))
    pose = Pose(
        centre,
        tall,
        roll=float(np.clip(rng.normal(0, 0.05), -_ROLL, _ROLL)),
        squeeze=float(rng.uniform(0.8, 1.0)),
        brightness=float(rng.uniform(0.7, 1.1)),
    )
    place_sign(image, class_name, pose)
    return image


def _lit(rng: np.random.Generator, image: Image) -> Image:
    """Apply illumination: normal, dark, faded by light in the lens, or too bright."""
    tint = rng.uniform(0.85, 1.15, 3)
    colours = (float(tint[0]), float(tint[1]), float(tint[2]))
    kind = rng.random()
    if kind < 0.4:
        image = exposed(image, float(rng.uniform(0.7, 1.05)), float(rng.uniform(0.8, 1.3)), colours)
    elif kind < 0.75:
        image = exposed(image, float(rng.uniform(0.15, 0.6)), float(rng.uniform(0.8, 1.2)), colours)
    elif kind < 0.88:
        image = exposed(image, float(rng.uniform(1.1, 1.6)), float(rng.uniform(0.7, 1.0)), colours)
    else:
        veil = rng.uniform(30, 140)
        part = float(rng.uniform(0.25, 0.6))
        image = np.clip(image * np.float32(part) + np.float32(veil), 0, 255).astype(np.uint8)
    return noisy(image, int(rng.integers(0, 7)), (int(rng.integers(61)), int(rng.integers(61))))
