# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is told of lanes and cores. Needs no ROS 2."""

import pytest

from rtmdl_ros.deployment.starting import concerns_of_cores, set_up_for
from rtmdl_ros.runtime.real_time import RealTimeSettings, set_up, usable_cores
from rtmdl_ros.workload.parameters import NodeParameters

SLOWED = 'lanes that share a core slow each other down'
STARVED = 'frames come late and two at once'


@pytest.mark.parametrize(
    ('parameters', 'cores', 'told'),
    [
        ({'lanes': 2}, (0, 1), []),
        ({'lanes': 3}, (0, 1), [SLOWED]),
        ({'lanes': 2, 'fifo_priority': 50}, (0, 1), [STARVED]),
        ({'lanes': 2, 'fifo_priority': 50, 'lane_cores': '0-1'}, (0, 1), [STARVED]),
        ({'lanes': 2, 'fifo_priority': 50, 'lane_cores': '1'}, (0, 1), []),
        ({'lanes': 2, 'fifo_priority': 50}, (0, 1, 2), []),
        ({'lanes': 3, 'fifo_priority': 50}, (4, 5), [SLOWED, STARVED]),
    ],
)
def test_too_few_cores_are_told(parameters, cores, told):
    concerns = concerns_of_cores(NodeParameters(**parameters), cores)
    assert all(text in concern for text, concern in zip(told, concerns, strict=True))


def test_the_cores_are_named():
    (concern,) = concerns_of_cores(NodeParameters(lanes=2, fifo_priority=50), (2, 3))
    assert 'all cores (2,3)' in concern


def test_lanes_that_may_not_go_before_others_starve_none():
    node = NodeParameters(lanes=len(usable_cores()), fifo_priority=50)
    (problem,) = set_up_for(node)
    refused = set_up(RealTimeSettings(fifo_priority=50))
    assert ('fifo_priority 50 is refused' if refused else STARVED) in problem


def test_nothing_is_wrong_with_what_is_usual():
    assert set_up_for(NodeParameters(lanes=1)) == ()
