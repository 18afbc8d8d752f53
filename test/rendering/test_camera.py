# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Perspective by hand: where known points appear."""

import numpy as np
import pytest

from rtmdl_ros.rendering.camera import Camera

LEVEL = Camera(640, 480, (1.0, 0.5, 10.0))


def test_points_ahead():
    seen = LEVEL.project(np.array([[1.0, 0.5, 14.0], [2.0, 0.5, 12.0], [1.0, 0.0, 11.0]]))
    # Focal length 0.75 * 640 = 480 pixels.
    assert seen.tolist() == [[320.0, 240.0, 4.0], [560.0, 240.0, 2.0], [320.0, 480.0, 1.0]]


def test_turning_right_moves_things_left_and_rolling_clockwise_turns_them_back():
    right = Camera(640, 480, (0.0, 0.0, 0.0), yaw=0.1)
    assert right.point(0.0, 0.0, 5.0)[0] == pytest.approx(320 - 480 * np.tan(0.1))
    up = Camera(640, 480, (0.0, 0.0, 0.0), pitch=0.1)
    assert up.point(0.0, 0.0, 5.0)[1] == pytest.approx(240 + 480 * np.tan(0.1))
    assert up.horizon == pytest.approx(240 + 480 * np.tan(0.1))
    rolled = Camera(640, 480, (0.0, 0.0, 0.0), roll=0.1)
    column, row, _ = rolled.point(0.0, 1.0, 5.0)
    assert column == pytest.approx(320 - 96 * np.sin(0.1))
    assert row == pytest.approx(240 - 96 * np.cos(0.1))


def test_plane_and_points_agree():
    camera = Camera(640, 480, (0.3, 0.2, 4.0), yaw=0.1, pitch=-0.05, roll=0.02)
    plane = camera.plane((-2.0, 0.0, 4.0), (0.01, 0.0, 0.0), (0.0, 0.0, 0.01))
    texture_pixel = np.array([150.0, 300.0, 1.0])
    column, row, scale = plane @ texture_pixel
    assert (column / scale, row / scale) == pytest.approx(camera.point(-0.5, 0.0, 7.0)[:2])
    assert camera.project(np.array([[-0.5, 0.0, 7.0]]))[0] == pytest.approx(
        camera.point(-0.5, 0.0, 7.0)
    )
