# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Some of a ladder's rungs in the place of all."""

import pytest

from rtmdl_ros.bench.ladders import spread


@pytest.mark.parametrize(
    ('most', 'left'), [(None, 'abcdefg'), (9, 'abcdefg'), (3, 'adg'), (2, 'ag'), (1, 'g')]
)
def test_rungs_at_equal_distances_up_to_the_last(most, left):
    assert ''.join(spread('abcdefg', most)) == left
