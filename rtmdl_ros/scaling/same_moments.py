# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""GTSRB tracks that show moments of the German frames: who trains on them has seen these."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.sign_crops import Crops, read_tracks

#: Correlation above which a training crop counts as the same moment as a frame's sign.
SAME_MOMENT = 0.93
#: Side in pixels of what is compared.
_SIZE = 16


def show_moments_of(
    frames: Sequence[LabelledPicture], crops: Crops, data: Path
) -> NDArray[np.bool_]:
    """Tell (N,) which of the N training crops of this project's GTSRB are of such a track."""
    tracks = read_tracks(data)
    plates = np.stack([
        cv2.resize(image[y0:y1, x0:x1], (_SIZE, _SIZE), interpolation=cv2.INTER_AREA)
        for image, (x0, y0, x1, y1) in zip(crops.images, tracks.boxes, strict=True)
    ])  # fmt: skip
    likeness = _standardised(plates) @ _standardised(_signs_of(frames)).T
    same = likeness.max(axis=1) > SAME_MOMENT
    return np.isin(tracks.numbers, tracks.numbers[same])


def _standardised(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return each image (N, H, W, 3) as a vector of mean 0 and length 1."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, 1e-6), np.float32)


def _signs_of(frames: Sequence[LabelledPicture]) -> NDArray[np.uint8]:
    crops = []
    for frame in frames:
        image = frame.image()
        for box in frame.boxes:
            x0, y0, x1, y1 = np.round(box).astype(int)
            part = image[max(0, y0) : y1, max(0, x0) : x1]
            crops.append(cv2.resize(part, (_SIZE, _SIZE), interpolation=cv2.INTER_LINEAR))
    return np.array(crops, np.uint8).reshape(-1, _SIZE, _SIZE, 3)
