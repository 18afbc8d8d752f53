# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Who trains on a track has seen the moments that it shows."""

from pathlib import Path

import cv2
import numpy as np

from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.same_moments import show_moments_of
from rtmdl_ros.scaling.sign_crops import read_training_crops


def test_all_crops_of_a_track_that_shows_a_sign_of_the_frames(synthetic_gtsrb: Path) -> None:
    crops, _ = read_training_crops(synthetic_gtsrb)
    for at in range(len(crops.images)):  # as smooth as photographs are
        crops.images[at] = cv2.resize(crops.images[at, ::6, ::6], (32, 32))
    image = np.full((60, 80, 3), 90, np.uint8)
    image[10:40, 20:50] = crops.images[7][1:31, 1:31] // 2 + 40  # by other light
    path = synthetic_gtsrb / 'frame.png'
    cv2.imwrite(str(path), image)
    box = np.array([[20, 10, 50, 40]], np.float32)
    regions = np.zeros((0, 5), np.float32)
    frame = LabelledPicture(path, 'gtsdb', box, np.zeros(1, np.int64), regions, ('x',), 80, 60)
    seen = show_moments_of([frame], crops, synthetic_gtsrb)
    assert len(seen) == 2 * 43
    assert np.flatnonzero(seen).tolist() == [6, 7]
