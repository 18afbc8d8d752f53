# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Camera effects on flat pictures, where their result is known."""

import numpy as np
import pytest

from rtmdl_ros.rendering import effects

GREY = np.full((60, 80, 3), 100, np.uint8)


def test_exposure_multiplies_and_saturates():
    assert np.all(effects.exposed(GREY, 1.5) == 150)
    assert np.all(effects.exposed(GREY, 3.0) == 255)
    tinted = effects.exposed(GREY, 1.0, 1.0, (0.5, 1.0, 1.2))
    assert tinted[0, 0].tolist() == [50, 100, 120]


def test_noise_has_its_strength_and_no_offset():
    noisy = effects.noisy(GREY, 5, (3, 4)).astype(int) - 100
    assert abs(noisy.mean()) < 0.5
    assert 4.0 < noisy.std() < 7.5
    assert np.array_equal(effects.noisy(GREY, 0, (0, 0)), GREY)
    assert not np.array_equal(effects.noisy(GREY, 5, (3, 4)), effects.noisy(GREY, 5, (3, 5)))


@pytest.mark.parametrize('angle', [0.0, 0.6, np.pi / 2])
def test_blur_keeps_flat_pictures_and_spreads_edges(angle):
    assert np.abs(effects.motion_blurred(GREY, 7.0, angle).astype(int) - 100).max() <= 1
    dot = np.zeros((61, 61, 3), np.uint8)
    dot[30, 30] = 255
    assert (effects.motion_blurred(dot, 7.0, angle)[:, :, 0] > 0).sum() >= 6
    assert (effects.defocused(dot, 1.0)[:, :, 0] > 0).sum() >= 9


def test_shading_darkens_corners_only():
    mask = effects.shading(81, 61, 40)
    assert mask[30, 40].tolist() == [255, 255, 255]
    assert mask[0, 0].tolist() == [153, 153, 153]
    shaded = effects.shaded(np.full((61, 81, 3), 200, np.uint8), mask, 0.5)
    assert shaded[30, 40].tolist() == [100, 100, 100]
    assert shaded[0, 0].tolist() == [60, 60, 60]
