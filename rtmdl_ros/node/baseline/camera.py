# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The cameras of a run as a process of its own, as drivers are."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from rtmdl_ros.evidence.callback_plan import (
    PUBLISHED,
    CallbackPlan,
    Pixels,
    read_images,
    read_plan,
)
from rtmdl_ros.node.baseline.place import run, start_ns, topic_of
from rtmdl_ros.node.image_messages import raw_image
from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.workload.errors import BadInputError
from rtmdl_ros.workload.text_file import write_whole
from rtmdl_ros.workload.units import NS_PER_S

#: Between the frames before the start, and between looks whether it has come.
_WARM_UP_S, _LOOK_S = 0.1, 0.005


class Cameras:
    """Publishes frames as messages that lie ready, each at its time."""

    def __init__(self, node: Node, plan: CallbackPlan, images: Iterable[Pixels]) -> None:
        """Make the publishers of a node. Raises BadInputError without images."""
        self._plan = plan
        self._messages = [raw_image(pixels, Header()) for pixels in images]
        if not self._messages:
            raise BadInputError('there are no images; let rtmdl bench write them')
        self._publishers = {
            camera: node.create_publisher(Image, topic_of(camera), newest_only())
            for camera in plan.cameras
        }

    def warm_up(self, folder: Path) -> int:
        """Publish frames with the stamp 0 until the bench says when to start: returns that."""
        due_s = 0.0
        while (start := start_ns(folder)) is None:
            if time.monotonic() >= due_s:
                for camera in self._publishers:
                    self._publish(camera, 0, 0)
                due_s = time.monotonic() + _WARM_UP_S
            time.sleep(_LOOK_S)
        return start

    def run(self, start: int) -> list[int]:
        """Publish all frames; returns when each was, on the steady clock."""
        published = []
        for number, (time_ns, camera) in enumerate(self._plan.frames):
            time.sleep(max(0, start + time_ns - time.monotonic_ns()) / NS_PER_S)
            stamp_ns = time.monotonic_ns()
            self._publish(camera, stamp_ns, number)
            published.append(stamp_ns)
        return published

    def _publish(self, camera: str, stamp_ns: int, number: int) -> None:
        message = self._messages[number % len(self._messages)]
        message.header.frame_id = f'{number}'
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, NS_PER_S)
        self._publishers[camera].publish(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish the frames of the plan in a folder; returns the exit status, see `place.run`."""
    return run('ros2_callback camera', arguments, _run)


def _run(folder: Path) -> None:
    plan, images = read_plan(folder), read_images(folder)
    node = Node('camera')
    cameras = Cameras(node, plan, images)
    published = cameras.run(cameras.warm_up(folder))
    write_whole(folder / PUBLISHED, json.dumps(published))
    node.destroy_node()


if __name__ == '__main__':
    sys.exit(main())
