# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Lit traffic lights switched off: pictures of dark ones are scarce in all data."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.scaling.frame_augmentation import Scene
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES

Image = NDArray[np.uint8]
#: Height by width of housings with three lamps one above the other.
_THREE_LAMPS = (1.8, 3.6)
#: The lit lamp of each state, counted from the top, and the dark one that takes its place.
_LAMPS = {'red': (0, 1), 'yellow': (1, 2), 'green': (2, 1)}
#: Share of a lamp's height over which its place and its neighbour go over into each other.
_SEAM = 0.12


def switched_off(housing: Image, state: str) -> Image | None:
    """Return an upright housing (H, W, 3) with its lit lamp replaced by a dark one of its own.

    None for another state than red, yellow or green, and for a form that has not three lamps.
    """
    height, width = housing.shape[:2]
    if state not in _LAMPS or not _THREE_LAMPS[0] <= height / width <= _THREE_LAMPS[1]:
        return None
    lit, dark = _LAMPS[state]
    third = height / 3
    moved = np.array([[1, 0, 0], [0, 1, (lit - dark) * third]], np.float32)
    shifted = cv2.warpAffine(
        housing, moved, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    rows = (np.arange(height, dtype=np.float32) + 0.5) / third - lit
    # 1 in the lit third, falling off to 0 just inside the neighbours.
    inside = np.minimum(rows, 1 - rows) / _SEAM + 1
    opacity = np.clip(inside, 0, 1)[:, None, None]
    mixed = housing + (shifted.astype(np.float32) - housing) * opacity
    return np.asarray(mixed.clip(0, 255), np.uint8)


def all_switched_off(scene: Scene) -> Scene:
    """Return a copy of a scene of traffic lights in which those that can be are off."""
    image, labels = scene.image.copy(), scene.labels.copy()
    for at, box in enumerate(scene.boxes):
        x0, y0, x1, y1 = np.round(box).astype(int).clip(0)
        housing = image[y0:y1, x0:x1]
        if not housing.size:
            continue
        dark = switched_off(housing, TRAFFIC_LIGHT_STATES[labels[at]])
        if dark is not None:
            housing[...] = dark
            labels[at] = TRAFFIC_LIGHT_STATES.index('off')
    return replace(scene, image=image, labels=labels)
