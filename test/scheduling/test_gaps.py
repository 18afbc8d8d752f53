# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Room between reservations, by hand."""

import pytest

from rtmdl_ros.scheduling.gaps import first_gap

RESERVED = ((10, 20), (25, 40), (60, 70))


@pytest.mark.parametrize(
    ('ready_ns', 'length_ns', 'gap'),
    [
        (0, 10, (0, 0, 0)), (0, 11, (40, 0, 2)), (3, 5, (3, 3, 0)), (15, 5, (20, 0, 1)),
        (20, 5, (20, 0, 1)), (22, 3, (22, 2, 1)), (22, 4, (40, 0, 2)), (45, 15, (45, 5, 2)),
        (45, 16, (70, 0, 3)), (90, 1, (90, 20, 3)),
    ],
)  # fmt: skip
def test_the_first_gap_that_is_long_enough(ready_ns, length_ns, gap):
    assert first_gap(RESERVED, ready_ns, length_ns) == gap


def test_nothing_is_reserved():
    assert first_gap((), 5, 100) == (5, 5, 0)
