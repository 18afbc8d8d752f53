# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
from rtmdl_ros.replay.jobs import arrivals_of


def test_frames_arrive_faster_and_never_at_once():
    assert arrivals_of((0, 100, 200), 2.0) == (0, 50, 100)
    assert arrivals_of((0, 0, 1, 9), 10.0) == (0, 1, 2, 3)
