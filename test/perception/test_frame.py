# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A frame decodes once, whoever asks, and fails for everybody alike."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from rtmdl_ros.perception.frame import Frame


def test_pixels_are_decoded_once_and_only_when_wanted():
    calls = []

    def decode():
        calls.append(1)
        time.sleep(0.02)  # others ask meanwhile
        return np.zeros((2, 3, 3), np.uint8)

    frame = Frame(decode, arrival_ns=5, header='header')
    assert not calls
    with ThreadPoolExecutor(8) as pool:
        images = list(pool.map(lambda _: frame.image(), range(50)))
    assert len(calls) == 1
    assert all(image is images[0] for image in images)
    assert (frame.arrival_ns, frame.header) == (5, 'header')


def test_a_broken_frame_raises_for_every_task():
    def decode():
        raise ValueError('cut off')

    frame = Frame(decode, 0, None)
    for _ in range(2):
        with pytest.raises(ValueError, match='cut off'):
            frame.image()
