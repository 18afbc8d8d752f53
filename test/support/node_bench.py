# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A running node and a peer that plays camera and listener, in a domain of their own."""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from domains import fresh_domain_id
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

from rtmdl_ros.msg import DeadlineMiss, DetectionArray, SchedulerStatus
from rtmdl_ros.node.node import RtmdlNode

IMAGE_TOPIC = '/rtmdl/input/front/image'


def grey_image(width: int = 640, height: int = 480, stamp_ns: int | None = None) -> Image:
    """Return an empty bgr8 image, stamped now unless told otherwise."""
    return image_of(np.full((height, width, 3), 114, np.uint8), stamp_ns)


def image_of(pixels: np.ndarray, stamp_ns: int | None = None) -> Image:
    """Return BGR pixels (H, W, 3) as a bgr8 image, stamped now unless told otherwise."""
    height, width, _ = pixels.shape
    message = Image(height=height, width=width, encoding='bgr8', step=3 * width)
    message.data.frombytes(pixels.tobytes())
    stamp_ns = time.time_ns() if stamp_ns is None else stamp_ns
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
    message.header.frame_id = 'camera_optical_frame'
    return message


class Peer:
    """A node beside the one under test: publishes images, keeps what comes out."""

    def __init__(self, context: rclpy.Context, tasks: tuple[str, ...]) -> None:
        self.node = Node('peer', context=context)
        self.detections: list[DetectionArray] = []
        self.misses: list[DeadlineMiss] = []
        self.statuses: list[SchedulerStatus] = []
        self.diagnostics: list[DiagnosticArray] = []
        for task in tasks:
            self._listen(DetectionArray, f'/rtmdl/{task}/detections', self.detections)
        self._listen(DeadlineMiss, '/rtmdl/deadline_misses', self.misses)
        self._listen(SchedulerStatus, '/rtmdl/status', self.statuses)
        self._listen(DiagnosticArray, '/diagnostics', self.diagnostics)
        self.camera = self.image_publisher(Image, IMAGE_TOPIC)

    def image_publisher(
        self,
        kind: type,
        topic: str,
        reliability: ReliabilityPolicy = ReliabilityPolicy.BEST_EFFORT,
    ):
        """Return a publisher as cameras have them."""
        return self.node.create_publisher(kind, topic, QoSProfile(depth=1, reliability=reliability))

    def component(self, name: str) -> DiagnosticStatus:
        """Return the last status of a component of the node; an empty, stale one before it."""
        for array in reversed(self.diagnostics):
            for status in array.status:
                if status.name == f'rtmdl: {name}':
                    return status
        return DiagnosticStatus(level=DiagnosticStatus.STALE)

    def _listen(self, kind: type, topic: str, into: list) -> None:
        self.node.create_subscription(kind, topic, into.append, 50)


class Bench:
    """The node under test, spinning in a thread of its own, and its peer in another."""

    def __init__(self, parameters: dict[str, object]) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=fresh_domain_id())
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        try:
            self.node = RtmdlNode(context=self.context, parameter_overrides=overrides)
        except Exception:
            rclpy.shutdown(context=self.context)
            raise
        self.peer = Peer(self.context, tuple(self.node.get_parameter('tasks').value))
        self._stop = threading.Event()
        self._executor = SingleThreadedExecutor(context=self.context)
        others = SingleThreadedExecutor(context=self.context)
        self._threads = [
            self._spin(self.node, self._executor), self._spin(self.peer.node, others)
        ]  # fmt: skip

    def start(self) -> None:
        """Configure and activate the node; fails the test where that fails."""
        assert self.node.start()

    def feed(
        self,
        until: Callable[[], object],
        image: Callable[[], object] = grey_image,
        timeout_s: float = 10.0,
    ) -> None:
        """Publish images at 20 Hz until something holds; publishing again survives discovery."""
        self.wait(until, timeout_s, lambda: self.peer.camera.publish(image()))

    def wait(
        self,
        until: Callable[[], object],
        timeout_s: float = 10.0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Wait until something holds; fails the test when it does not."""
        end_s = time.monotonic() + timeout_s
        while not until():
            assert time.monotonic() < end_s, 'waited in vain'
            meanwhile()
            time.sleep(0.05)

    def call(self, function: Callable[[], Any], timeout_s: float = 20.0) -> Any:
        """Return what a function gives in the node's own thread, as services are called there.

        In another thread, subscriptions must not be ended: the executor may be looking at them.
        """
        future = self._executor.create_task(function)
        self.wait(future.done, timeout_s)
        return future.result()

    def close(self) -> None:
        """Stop everything."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5.0)
        self.node.close()
        self.node.destroy_node()
        self.peer.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def _spin(self, node: Node, executor: SingleThreadedExecutor) -> threading.Thread:
        executor.add_node(node)

        def spin() -> None:
            while not self._stop.is_set():
                executor.spin_once(timeout_sec=0.1)
            executor.shutdown()

        thread = threading.Thread(target=spin, daemon=True)
        thread.start()
        return thread
