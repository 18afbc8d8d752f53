# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Signs cut out of GTSRB training crops, for pasting into frames."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.rendering.signs import sign_family
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.pasting import Cutting
from rtmdl_ros.scaling.sign_crops import read_training_crops
from rtmdl_ros.workload.classes import TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS

#: Correlation above which a training crop counts as the same moment as a test frame's sign.
SAME_MOMENT = 0.93
#: Crops darker than this, or smaller natively, make no believable object.
LEAST_BRIGHTNESS = 45.0
LEAST_NATIVE_SIZE = 24


def _mask(class_id: int, height: int, width: int) -> NDArray[np.float32]:
    """Return the opacity of a plate that fills the crop: triangle, diamond or ellipse."""
    corners = {
        'up': ((0.5, -0.02), (1.04, 0.98), (-0.04, 0.98)),
        'down': ((-0.04, 0.02), (1.04, 0.02), (0.5, 1.02)),
        'diamond': ((0.5, -0.02), (1.02, 0.5), (0.5, 1.02), (-0.02, 0.5)),
    }
    shape = {12: 'diamond', 13: 'down'}.get(class_id)
    if sign_family(TRAFFIC_SIGNS[class_id]) == 'danger':
        shape = 'up'
    big = 8
    canvas = np.zeros((height * big, width * big), np.uint8)
    if shape is None:
        centre = (width * big // 2, height * big // 2)
        cv2.ellipse(canvas, centre, (width * big // 2, height * big // 2), 0, 0, 360, 255, -1)
    else:
        points = np.array(corners[shape]) * (width * big, height * big)
        cv2.fillPoly(canvas, [points.astype(np.int32)], 255)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _standardised(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return each image (N, H, W, 3) as a vector of mean 0 and length 1."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(length, 1e-6), np.float32)


def _signs_of(frames: tuple[LabelledPicture, ...], size: int) -> NDArray[np.uint8]:
    crops = []
    for frame in frames:
        image = frame.image()
        for box in frame.boxes:
            x0, y0, x1, y1 = np.round(box).astype(int)
            part = image[max(0, y0) : y1, max(0, x0) : x1]
            crops.append(cv2.resize(part, (size, size), interpolation=cv2.INTER_LINEAR))
    return np.array(crops, np.uint8).reshape(-1, size, size, 3)


def cut_signs(data: Path, unseen: tuple[LabelledPicture, ...]) -> list[Cutting]:
    """Return bright, not too small signs of the GTSRB training tracks, cut to their outline.

    Some GTSRB tracks show moments of the detection benchmark. Whole tracks that correlate with a
    sign of the `unseen` frames are left out, so that test frames stay unseen.
    """
    crops, _ = read_training_crops(data)
    with np.load(data / 'gtsrb' / 'train_index.npz') as index:
        kept = ~index['is_val'].astype(bool)
        roi, native, track = (index[key][kept] for key in ('roi', 'orig_size', 'track'))
    boxes = np.round(roi).astype(int)
    size = 16
    plates = np.stack([
        cv2.resize(image[y0:y1, x0:x1], (size, size), interpolation=cv2.INTER_AREA)
        for image, (x0, y0, x1, y1) in zip(crops.images, boxes, strict=True)
    ])  # fmt: skip
    likeness = _standardised(plates) @ _standardised(_signs_of(unseen, size)).T
    keys = crops.labels * 100_000 + track.astype(np.int64)
    spoiled = set(keys[likeness.max(axis=1) > SAME_MOMENT].tolist())
    cuttings = []
    for at, (x0, y0, x1, y1) in enumerate(boxes):
        plate = crops.images[at, y0:y1, x0:x1]
        usable = native[at].min() >= LEAST_NATIVE_SIZE and plate.mean() >= LEAST_BRIGHTNESS
        if usable and int(keys[at]) not in spoiled:
            label = TRAFFIC_SIGN_FAMILIES.index(sign_family(TRAFFIC_SIGNS[crops.labels[at]]))
            opacity = _mask(int(crops.labels[at]), *plate.shape[:2])
            cuttings.append(Cutting(plate.copy(), opacity, label))
    return cuttings
