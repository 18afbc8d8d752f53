# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of a profile."""

from dataclasses import replace
from itertools import pairwise

import cv2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_profile import known_profile

from rtmdl_ros.profiling.profile_picture import draw_profile, spread_out


def test_a_panel_for_each_function(tmp_path):
    path = tmp_path / 'new' / 'profile.png'
    draw_profile(known_profile(), path)
    assert cv2.imread(str(path)).shape == (550, 1400, 3)
    with pytest.raises(ValueError, match='no functions'):
        draw_profile(replace(known_profile(), functions={}), path)


def test_names_that_are_close_move_apart():
    assert spread_out([0.1, 0.5], 0.1) == [0.1, 0.5]
    assert spread_out([0.25, 0.25, 0.75], 0.125) == [0.125, 0.25, 0.75]
    assert spread_out([0.0, 0.0], 0.25) == [0.0, 0.25]
    assert spread_out([], 0.1) == []


@given(st.lists(st.floats(0, 1), max_size=20).map(sorted), st.floats(0.001, 0.05))
def test_names_never_meet_nor_leave_the_panel(heights, gap):
    placed = spread_out(heights, gap)
    assert all(after - before > 0.99 * gap for before, after in pairwise(placed))
    assert all(-1e-9 <= height <= 1 + 1e-9 for height in placed)
