# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The number of segments follows from a detector's time and who could be blocked."""

import pytest

from rtmdl_ros.perception.cutting import segments_for

MS = 1_000_000


@pytest.mark.parametrize(
    ('whole_ns', 'segments'),
    [
        (0, 1),
        (5 * MS, 1),
        (5 * MS + 1, 2),
        (10 * MS, 2),
        (10 * MS + 1, 3),
        (15 * MS, 3),
        (15 * MS + 1, 3),
        (1000 * MS, 3),
    ],
)
def test_a_segment_takes_5_ms_as_long_as_three_will_do(whole_ns, segments):
    assert segments_for(whole_ns, tasks=2) == segments
    assert segments_for(whole_ns, tasks=9) == segments


def test_the_only_task_blocks_nobody():
    assert segments_for(1000 * MS, tasks=1) == 1
