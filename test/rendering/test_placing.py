# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Boxes are tight: they end where the drawn pixels end."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtmdl_ros.rendering.lights import LightStyle
from rtmdl_ros.rendering.placing import Pose, place_light, place_sign
from rtmdl_ros.rendering.signs import SIGN_CLASSES

POSES = st.builds(
    Pose,
    centre=st.tuples(st.floats(150, 170), st.floats(150, 170)),
    height=st.floats(14, 200),
    roll=st.floats(-0.3, 0.3),
    squeeze=st.floats(0.6, 1.0),
)


def extent(image: np.ndarray, background: int) -> tuple[int, int, int, int]:
    """Return the box of all pixels that differ from the background clearly."""
    rows, columns = np.nonzero(np.abs(image.astype(int) - background).max(axis=2) > 40)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@settings(max_examples=60)
@given(name=st.sampled_from(SIGN_CLASSES), pose=POSES)
def test_box_of_a_sign_is_tight(name, pose):
    image = np.full((320, 320, 3), 128, np.uint8)
    box = place_sign(image, name, pose)
    drawn = extent(image, 128)
    assert (box.x_min, box.y_min, box.x_max, box.y_max) == pytest.approx(drawn, abs=2.5)


@settings(max_examples=40)
@given(pose=POSES)
def test_box_of_an_unlit_light_is_tight(pose):
    image = np.full((320, 320, 3), 250, np.uint8)
    box = place_light(image, 'off', LightStyle(), pose)
    drawn = extent(image, 250)
    assert (box.x_min, box.y_min, box.x_max, box.y_max) == pytest.approx(drawn, abs=2.5)


@pytest.mark.parametrize('centre', [(-30.0, 40.0), (1e4, 40.0), (40.0, -1e4), (0.0, 0.0), (99, 99)])
def test_objects_over_or_beyond_the_edge_are_clipped(centre):
    image = np.full((100, 100, 3), 128, np.uint8)
    box = place_sign(image, 'stop', Pose(centre, 50.0))
    assert box.width == pytest.approx(50, abs=0.5)
    touched = np.any(image != 128)
    assert touched == (abs(centre[0]) < 100 and abs(centre[1]) < 100 and centre[0] > -25)


def test_opacity_0_draws_nothing():
    image = np.full((100, 100, 3), 128, np.uint8)
    place_light(image, 'red', LightStyle(), Pose((50.0, 50.0), 60.0, opacity=0.0))
    assert np.all(image == 128)
