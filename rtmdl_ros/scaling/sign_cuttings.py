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
from rtmdl_ros.scaling.same_moments import show_moments_of
from rtmdl_ros.scaling.sign_crops import read_tracks, read_training_crops
from rtmdl_ros.workload.classes import TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS

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


def cut_signs(data: Path, unseen: tuple[LabelledPicture, ...]) -> list[Cutting]:
    """Return bright, not too small signs of the GTSRB training tracks, cut to their outline.

    Tracks that show moments of the `unseen` frames are left out, so that these stay unseen.
    """
    crops, _ = read_training_crops(data)
    tracks = read_tracks(data)
    seen = show_moments_of(unseen, crops, data)
    cuttings = []
    for at, (x0, y0, x1, y1) in enumerate(tracks.boxes):
        plate = crops.images[at, y0:y1, x0:x1]
        large = tracks.native_sizes[at].min() >= LEAST_NATIVE_SIZE
        if large and plate.mean() >= LEAST_BRIGHTNESS and not seen[at]:
            label = TRAFFIC_SIGN_FAMILIES.index(sign_family(TRAFFIC_SIGNS[crops.labels[at]]))
            opacity = _mask(int(crops.labels[at]), *plate.shape[:2])
            cuttings.append(Cutting(plate.copy(), opacity, label))
    return cuttings
