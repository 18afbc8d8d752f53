# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Given and planned priorities on one scale."""

from rtmdl_ros.workload.priorities import priority_in_force


def test_given_ones_go_before_or_after_all_planned_ones():
    falling = [(1000, 1), (1, 1), (0, 1000), (0, 1), (0, -1000), (-1, 1000), (-1000, 1000)]
    found = [priority_in_force(given, planned) for given, planned in falling]
    assert found == sorted(found, reverse=True) and len(set(found)) == len(found)


def test_a_planned_one_stands_where_none_is_given():
    assert priority_in_force(0, 7) == 7
