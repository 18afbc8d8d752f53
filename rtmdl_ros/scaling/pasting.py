# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Pasting cut-out objects into other frames (Dwibedi et al., ICCV 2017): more scarce objects."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.scaling.frame_augmentation import Image, Scene
from rtmdl_ros.scaling.frames import NEAR


@dataclass(frozen=True)
class Cutting:
    """An object: pixels (h, w, 3), opacity (h, w) float32 0 to 1, class label."""

    image: Image
    opacity: NDArray[np.float32]
    label: int


def cut_lights(scenes: Iterable[Scene]) -> list[Cutting]:
    """Return every labelled housing at least 20 pixels high; a box is the whole housing."""
    cuttings = []
    for scene in scenes:
        for box, label in zip(scene.boxes, scene.labels, strict=True):
            x0, y0, x1, y1 = np.round(box).astype(int).clip(0)
            if y1 - y0 >= 20 and x1 - x0 >= 8:
                part = scene.image[y0:y1, x0:x1].copy()
                opaque = np.broadcast_to(np.float32(1.0), part.shape[:2])  # one number in memory
                cuttings.append(Cutting(part, opaque, int(label)))
    return cuttings


def _overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> bool:
    if not len(others):
        return False
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    return bool(np.any((wide > -2) & (high > -2)))


def _tuned(cutting: Image, place: Image, rng: np.random.Generator) -> Image:
    """Move the cutting's brightness part of the way to the place's."""
    gap = float(place.mean()) - float(cutting.mean())
    moved = cutting.astype(np.float32) + gap * rng.uniform(0.0, 0.5)
    return moved.clip(0, 255).astype(np.uint8)


def paste(
    scene: Scene, cutting: Cutting, longest: float, rng: np.random.Generator, spread: float = 0.1
) -> Scene:
    """Return the scene with the cutting, its longer side `longest` pixels, at a free place.

    Without a free place the scene is returned as it is. Its image is written to.
    """
    rows, columns = scene.image.shape[:2]
    scale = longest / max(cutting.image.shape[:2])
    stretch = float(np.exp(rng.uniform(-spread, spread)))
    width = max(3, round(cutting.image.shape[1] * scale * stretch))
    height = max(3, round(cutting.image.shape[0] * scale / stretch))
    if width >= columns or height >= rows:
        return scene
    for _ in range(6):
        x, y = int(rng.integers(columns - width)), int(rng.integers(rows - height))
        box = np.array([x, y, x + width, y + height], np.float32)
        if not _overlaps(box, scene.boxes):
            break
    else:
        return scene
    target = scene.image[y : y + height, x : x + width]
    image = np.asarray(cv2.resize(cutting.image, (width, height), interpolation=cv2.INTER_AREA))
    opacity = cv2.resize(cutting.opacity, (width, height), interpolation=cv2.INTER_AREA)
    tuned = _tuned(image.astype(np.uint8), target, rng)
    mixed = target + (tuned.astype(np.float32) - target) * np.asarray(opacity)[..., None]
    target[...] = mixed.clip(0, 255).astype(np.uint8)
    near = NEAR * np.array([-width, -height, width, height], np.float32)
    return replace(
        scene,
        boxes=np.concatenate([scene.boxes, box[None]]),
        labels=np.append(scene.labels, cutting.label).astype(np.int64),
        regions=_with_rewarded(scene.regions, box + near),
    )


def _with_rewarded(
    regions: NDArray[np.float32], box: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the regions with one where detections count: over those that hold its centre.

    Under the others: what it would paint over there is an object that is to be ignored.
    """
    centre = (box[:2] + box[2:]) / 2
    holds = (regions[:, :2] <= centre).all(axis=1) & (regions[:, 2:4] > centre).all(axis=1)
    place = int(np.flatnonzero(holds)[-1]) + 1 if holds.any() else 0
    return np.insert(regions, place, np.append(box, 1), axis=0)
