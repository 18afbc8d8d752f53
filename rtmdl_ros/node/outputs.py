# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The topics that the node publishes on while it is active."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.msg import DeadlineMiss, DetectionArray, SchedulerStatus
from rtmdl_ros.node.debug_picture import debug_topics
from rtmdl_ros.node.onlookers import Windows
from rtmdl_ros.node.ros_compat import Detection2DArray
from rtmdl_ros.workload.configuration import Configuration

_DEPTH = 5
#: More, as several tasks may miss the same frames.
_MISSES_DEPTH = 50


@dataclass(frozen=True)
class Outputs:
    """Where the messages of sessions go."""

    detections: Mapping[str, Callable[[object], None]]
    deadline_misses: Callable[[object], None]
    status: Callable[[object], None]
    windows: Windows


def make_outputs(node: LifecycleNode, configuration: Configuration) -> Outputs:
    """Create the publishers; they are silent while the node is not active."""
    make = node.create_lifecycle_publisher
    tasks, raw, compressed = configuration.tasks, {}, {}
    for name, topic in debug_topics(configuration.cameras).items():
        raw[name] = make(Image, topic, 1)
        compressed[name] = make(CompressedImage, f'{topic}/compressed', 1)
    detections_2d = {}
    if Detection2DArray is not None:
        for name in tasks:
            detections_2d[name] = make(Detection2DArray, f'~/{name}/detections_2d', _DEPTH)
    return Outputs(
        {name: make(DetectionArray, f'~/{name}/detections', _DEPTH).publish for name in tasks},
        make(DeadlineMiss, '~/deadline_misses', _MISSES_DEPTH).publish,
        make(SchedulerStatus, '~/status', _DEPTH).publish,
        Windows(detections_2d, raw, compressed),
    )
