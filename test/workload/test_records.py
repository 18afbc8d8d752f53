# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Records refuse what cannot be."""

import pytest

from rtmdl_ros.workload.records import Resource, Stage
from rtmdl_ros.workload.slow_downs import SlowDowns


@pytest.mark.parametrize('worst_ns', [-1, 4])
def test_a_longest_time_below_the_shortest_is_refused(worst_ns):
    with pytest.raises(ValueError, match=f'stage net: worst_ns is {worst_ns}, below'):
        Stage('net', Resource.ACCELERATOR, 5, worst_ns)


@pytest.mark.parametrize('factor', [0.9, float('inf'), float('nan')])
def test_a_slow_down_is_a_number_from_1(factor):
    with pytest.raises(ValueError, match='slow-down of a beside b'):
        SlowDowns({('a', 'b'): factor})
