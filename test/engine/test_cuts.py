# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Cuts lie where work is shared evenly and few bytes cross."""

import pytest

from rtmdl_ros.engine.cuts import cut_positions


@pytest.mark.parametrize(
    ('work', 'segments', 'positions'),
    [
        ([5, 5, 5, 5], 1, []),
        ([5, 5, 5, 5], 2, [2]),
        ([5, 5, 5, 5], 4, [1, 2, 3]),
        ([0, 0, 9, 0], 2, [3]),
        ([9, 1, 1, 1], 3, [1, 2]),
    ],
)
def test_equal_shares(work, segments, positions):
    assert cut_positions(work, segments, lambda position: 0.0) == positions


def test_fewer_bytes_within_a_twentieth_of_all_work():
    work = [1] * 100
    assert cut_positions(work, 2, lambda position: abs(position - 46)) == [46]
    assert cut_positions(work, 2, lambda position: abs(position - 40)) == [45]
