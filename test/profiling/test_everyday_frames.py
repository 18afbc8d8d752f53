# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Frames of a rendered drive, as cameras give them."""

import numpy as np

from rtmdl_ros.profiling.everyday_frames import everyday_frames
from rtmdl_ros.workload.image_kind import ImageKind


def test_everyday_frames_show_different_places():
    frames = everyday_frames(3)
    images = [frame.image() for frame in frames]
    assert all(image.shape == (480, 640, 3) for image in images)
    assert len({image.tobytes() for image in images}) == 3


def test_frames_are_what_the_camera_gives():
    (raw,) = everyday_frames(1, ImageKind(320, 240))
    (jpeg,) = everyday_frames(1, ImageKind(320, 240, compressed=True))
    assert raw.image().shape == jpeg.image().shape == (240, 320, 3)
    difference = np.abs(raw.image().astype(int) - jpeg.image()).mean()
    assert 0.0 < difference < 8.0
