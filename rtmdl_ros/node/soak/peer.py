# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Another participant, to be killed: `python3 -m rtmdl_ros.node.soak.peer look|publish`.

It looks at all that is only made while somebody looks, or publishes to the front camera's topic,
and writes READY once it is at work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import rclpy
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.node.ros_compat import Detection2DArray
from rtmdl_ros.node.soak.frames import picture, raw

READY = 'ready'
_RATE_HZ = 10.0


def main() -> None:
    """Look or publish until killed."""
    rclpy.init()
    node = Node('soak_peer')
    {'look': look, 'publish': publish}[sys.argv[1]](node)


def look(node: Node) -> None:
    """Subscribe to pictures and, where vision_msgs is installed, to its detections."""
    quiet: Callable[[object], None] = lambda message: None  # noqa: E731
    node.create_subscription(Image, '/rtmdl/debug_image', quiet, 1)
    node.create_subscription(CompressedImage, '/rtmdl/debug_image/compressed', quiet, 1)
    if Detection2DArray is not None:
        node.create_subscription(Detection2DArray, '/rtmdl/ahead/detections_2d', quiet, 5)
    print(READY, flush=True)
    rclpy.spin(node)


def publish(node: Node) -> None:
    """Publish frames beside the soak's own camera."""
    publisher = node.create_publisher(Image, '/rtmdl/input/front/image', newest_only())
    message = raw(picture())
    print(READY, flush=True)
    while True:
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
        time.sleep(1 / _RATE_HZ)


if __name__ == '__main__':
    main()
