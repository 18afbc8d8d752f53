# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What every camera node publishes, and when: images, also as JPEG, at absolute times."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from rtmdl_ros.node.image_messages import jpeg_image, raw_image
from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.workload.parameters import ImageParameters
from rtmdl_ros.workload.units import NS_PER_S

Item = TypeVar('Item')


@dataclass(frozen=True)
class Shot:
    """An image ready to be published but for its stamp; its messages share one header."""

    header: Header
    image: Image
    jpeg: CompressedImage | None


class CameraOutput:
    """Publishes `~/image` (bgr8) and, while someone subscribes, `~/image/compressed` (JPEG)."""

    def __init__(self, node: Node, parameters: ImageParameters) -> None:
        """Make the publishers of a node."""
        self._node = node
        self._parameters = parameters
        self._image = open_publisher(node, Image, '~/image', newest_only())
        self._jpeg = open_publisher(
            node, CompressedImage, '~/image/compressed', newest_only()
        )

    @property
    def topic(self) -> str:
        """Full name of the topic of raw images."""
        return str(self._image.topic_name)

    def shot(self, pixels: NDArray[np.uint8]) -> Shot:
        """Return BGR pixels (H, W, 3) as messages."""
        header = Header(frame_id=self._parameters.frame_id)
        jpeg = None
        if self._jpeg.get_subscription_count() > 0:
            jpeg = jpeg_image(pixels, header, self._parameters.jpeg_quality)
        return Shot(header, raw_image(pixels, header), jpeg)

    def publish(self, shot: Shot, planned_s: float) -> None:
        """Stamp a shot with an instant of the steady clock, in s, and publish it."""
        late_ns = round((time.monotonic() - planned_s) * NS_PER_S)
        stamp_ns = self._node.get_clock().now().nanoseconds - late_ns
        shot.header.stamp.sec, shot.header.stamp.nanosec = divmod(stamp_ns, NS_PER_S)
        self._image.publish(shot.image)
        if shot.jpeg is not None:
            self._jpeg.publish(shot.jpeg)


class Pacer:
    """Publishes frame i at start + i * period: what is not ready is left out, nothing delayed."""

    def __init__(self) -> None:
        self.published = 0
        #: Frames left out because they were not ready in time.
        self.skipped = 0

    def run(
        self,
        take: Callable[[int], Item | None],
        publish: Callable[[Item, float], None],
        period_s: float,
        stop: threading.Event,
        duration_s: float = math.inf,
    ) -> None:
        """Publish until `stop` is set, the duration is over or `take` raises.

        `take` returns the frame of an index, None where it is not ready; `publish` gets it with
        its planned instant on the steady clock in s.
        """
        index = 0
        start_s = time.monotonic()
        while not stop.is_set() and index * period_s < duration_s:
            planned_s = start_s + index * period_s
            delay_s = planned_s - time.monotonic()
            if delay_s > 0 and stop.wait(delay_s):
                break
            item = take(index)
            # A process that was stopped for a while does not publish the past.
            if item is None or time.monotonic() - planned_s > period_s:
                self.skipped += 1
            else:
                publish(item, planned_s)
                self.published += 1
            index += 1


def open_publisher(node: Node, kind: type, topic: str, profile: QoSProfile) -> Publisher:
    """Return a publisher whose QoS users may override by parameters."""
    options = QoSOverridingOptions.with_default_policies()
    return node.create_publisher(kind, topic, profile, qos_overriding_options=options)
