# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What two boxes share."""

import pytest

from rtmdl_ros.workload.detection import Box, intersection_over_union, shared_area

SQUARE = Box(0.0, 0.0, 4.0, 4.0)


@pytest.mark.parametrize(
    ('other', 'shared', 'ratio'),
    [
        (SQUARE, 16.0, 1.0),
        (Box(2.0, 1.0, 6.0, 5.0), 6.0, 6 / 26),
        (Box(1.0, 1.0, 2.0, 2.0), 1.0, 1 / 16),
        (Box(4.0, 0.0, 8.0, 4.0), 0.0, 0.0),
        (Box(5.0, 5.0, 6.0, 6.0), 0.0, 0.0),
    ],
)
def test_shared_area_and_ratio(other, shared, ratio):
    assert shared_area(SQUARE, other) == shared_area(other, SQUARE) == shared
    assert intersection_over_union(SQUARE, other) == pytest.approx(ratio)
