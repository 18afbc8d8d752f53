# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How far answers are off."""

import math

import numpy as np
import pytest

from rtmdl_ros.engine.accuracy import relative_error, telling_input
from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo

EXPECTED = np.array([0.0, 4.0, 0.0, -2.0, 1.0], np.float32)


@pytest.mark.parametrize(
    ('found', 'error'),
    [
        ([0, 4, 0, -2, 1], 0.0),
        ([0, 4, 0, -2, 1.5], 0.125),
        ([0, 3, 0, -2, 1.5], 0.25),
        ([9, 4, 0, -2, 1.5], 0.125),  # a peak that moved
        ([9, 4, 9, 9, 0], math.inf),  # no longer the same
        ([0, 4, 0, -2, math.nan], math.inf),
        ([0, 4, 0, -2, math.inf], math.inf),
        ([0, 4, 0, -2], math.inf),
    ],
)
def test_the_error_is_relative_to_the_largest_value(found, error):
    found = np.array(found, np.float32)
    assert relative_error([EXPECTED], [found]) == error
    assert relative_error([EXPECTED, EXPECTED], [EXPECTED, found]) == error


def test_outputs_without_any_value():
    zeros = np.zeros((2, 3), np.float32)
    assert relative_error([zeros], [zeros]) == 0.0
    assert relative_error([zeros], [zeros + 1]) == math.inf
    assert relative_error([zeros], []) == math.inf
    assert relative_error([], []) == 0.0


def test_the_telling_input_is_a_picture_of_squares():
    detector = read_zoo(default_zoo_dir() / 'traffic_light_detector')[0]
    images = telling_input(detector)
    assert images.shape == detector.example(1).shape and images.dtype == np.uint8
    assert np.array_equal(images, telling_input(detector))
    assert np.all(images[0, :16, :16] == images[0, 0, 0])
    assert len(np.unique(images)) > 100
    recogniser = read_zoo(default_zoo_dir() / 'traffic_sign_recogniser')[0]
    batch = telling_input(recogniser, 3)
    assert len(batch) == 3 and not np.array_equal(batch[0], batch[1])
