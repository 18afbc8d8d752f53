# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Node `camera_sim`: a camera on a car in a rendered hall, with the truth beside its images.

Publishes `~/image` (bgr8), `~/image/compressed` (JPEG, only while someone subscribes) and
`~/truth/traffic_light`, `~/truth/traffic_sign` with the image's header. The same seed and size
give the same pixels. Frames leave at absolute times: a frame that is not ready is left out, and
none of the others is delayed.
"""

import signal
import sys
import threading
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from rtmdl_ros.msg import DetectionArray
from rtmdl_ros.node.messages import detection_array
from rtmdl_ros.node.ros_parameters import declare_record
from rtmdl_ros.rendering.ahead import RenderAhead
from rtmdl_ros.rendering.picture import RenderedFrame
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.workload.parameters import CameraSimParameters, ParameterError
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.units import NS_PER_S

_FIRST_FRAME_TIMEOUT_S = 30.0
_SPIN_S = 0.2
#: Truth is small and must not get lost: some 3 s of it are kept for slow listeners.
_TRUTH_DEPTH = 100


@dataclass(frozen=True)
class Summary:
    """What a finished run did."""

    published: int
    #: Frames left out because they were not rendered in time.
    skipped: int
    render_p50_ms: float
    render_p99_ms: float

    def __str__(self) -> str:
        """Return the summary as one line."""
        return (
            f'{self.published} frames published, {self.skipped} skipped, '
            f'render p50 {self.render_p50_ms:.1f} ms, p99 {self.render_p99_ms:.1f} ms'
        )


@dataclass(frozen=True)
class _Messages:
    """One frame ready to be published but for its stamp, which all of them share."""

    header: Header
    image: Image
    jpeg: CompressedImage | None
    truth: tuple[DetectionArray, DetectionArray]


class CameraSim(Node):
    """The simulated camera. Raises ParameterError for a parameter that cannot be used."""

    def __init__(self, **options: Any) -> None:
        """Declare parameters and publishers; `options` go to rclpy's node."""
        super().__init__('camera_sim', **options)
        try:
            self.parameters = declare_record(
                self, CameraSimParameters, self._parameter_overrides
            )
        except ParameterError:
            self.destroy_node()
            raise
        camera = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
        truth = QoSProfile(depth=_TRUTH_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
        self._image = self._publisher(Image, '~/image', camera)
        self._jpeg = self._publisher(CompressedImage, '~/image/compressed', camera)
        self._truth = (
            self._publisher(DetectionArray, '~/truth/traffic_light', truth),
            self._publisher(DetectionArray, '~/truth/traffic_sign', truth),
        )

    def run(self, stop: threading.Event) -> Summary:
        """Publish frames until `stop` is set or the duration is over."""
        values = self.parameters
        period_s = 1.0 / values.rate_hz
        track = Track(values.seed, values.width, values.height, values.rate_hz)

        def prepared(index: int) -> _Messages:
            return self._messages(index, track.frame(index))

        with RenderAhead(prepared, values.prefetch, period_s) as frames:
            frames.wait(_FIRST_FRAME_TIMEOUT_S)
            self.get_logger().info(
                f'publishing {values.width}x{values.height} at {values.rate_hz:g} Hz on '
                f'{self._image.topic_name}, track {values.seed}'
            )
            published, skipped = self._release(stop, frames.take, period_s)
            times = sorted(frames.render_times_ms()) or [0.0]
        summary = Summary(published, skipped, quantile(times, 0.5), quantile(times, 0.99))
        self.get_logger().info(str(summary))
        return summary

    def _release(
        self, stop: threading.Event, take: Callable[[int], _Messages | None], period_s: float
    ) -> tuple[int, int]:
        """Publish frame i at start + i * period_s; returns how many were published and skipped."""
        duration_s = self.parameters.duration_s
        published = skipped = index = 0
        start_s = time.monotonic()
        while not stop.is_set() and (duration_s == 0.0 or index * period_s < duration_s):
            planned_s = start_s + index * period_s
            delay_s = planned_s - time.monotonic()
            if delay_s > 0 and stop.wait(delay_s):
                break
            messages = take(index)
            # A process that was stopped for a while does not publish the past.
            if messages is None or time.monotonic() - planned_s > period_s:
                skipped += 1
            else:
                self._publish(messages, planned_s)
                published += 1
            index += 1
        return published, skipped

    def _publish(self, messages: _Messages, planned_s: float) -> None:
        late_ns = round((time.monotonic() - planned_s) * NS_PER_S)
        stamp_ns = self.get_clock().now().nanoseconds - late_ns
        # One header object serves all messages of the frame.
        messages.header.stamp.sec, messages.header.stamp.nanosec = divmod(stamp_ns, NS_PER_S)
        self._image.publish(messages.image)
        if messages.jpeg is not None:
            self._jpeg.publish(messages.jpeg)
        for publisher, truth in zip(self._truth, messages.truth, strict=True):
            publisher.publish(truth)

    def _messages(self, index: int, frame: RenderedFrame) -> _Messages:
        height, width = frame.image.shape[:2]
        header = Header(frame_id=self.parameters.frame_id)
        image = Image(header=header, height=height, width=width, encoding='bgr8', step=3 * width)
        image.data = _bytes_of(frame.image)
        jpeg = None
        if self._jpeg.get_subscription_count() > 0:
            quality = [cv2.IMWRITE_JPEG_QUALITY, self.parameters.jpeg_quality]
            # The format string is image_transport's: the pixels' encoding and the codec's.
            jpeg = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
            jpeg.data = _bytes_of(cv2.imencode('.jpg', frame.image, quality)[1])
        found = (('traffic_light', frame.lights), ('traffic_sign', frame.signs))
        lights, signs = (
            detection_array(
                header,
                detections,
                task=task,
                variant='',
                sequence=index,
                response_ms=0.0,
                frame_age_ms=0.0,
            )
            for task, detections in found
        )
        return _Messages(header, image, jpeg, (lights, signs))

    def _publisher(self, kind: type, topic: str, profile: QoSProfile) -> Publisher:
        options = QoSOverridingOptions.with_default_policies()
        return self.create_publisher(kind, topic, profile, qos_overriding_options=options)


def main(args: Sequence[str] | None = None) -> int:
    """Run until the duration is over, SIGINT or SIGTERM; returns 0, or 2 for a wrong parameter."""
    rclpy.init(
        args=None if args is None else list(args), signal_handler_options=SignalHandlerOptions.NO
    )
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        node = CameraSim()
    except ParameterError as error:
        print(f'camera_sim: {error}', file=sys.stderr)
        rclpy.shutdown()
        return 2
    # Rendering has a thread already; OpenCV's own would take the cores from the node under test.
    cv2.setNumThreads(1)
    with _Services(node):
        node.run(stop)
    rclpy.shutdown()
    return 0


class _Services:
    """Answers the node's parameter services in a thread while frames are published."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._spin, name='services', daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._node.destroy_node()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self._node.context)
        executor.add_node(self._node)
        try:
            while not self._stop.is_set():
                executor.spin_once(timeout_sec=_SPIN_S)
        except ExternalShutdownException:
            pass
        executor.shutdown()


def _bytes_of(pixels: Any) -> 'array[int]':
    """Return a numpy array's bytes as the array that a message takes without looking at each."""
    data = array('B')
    data.frombytes(pixels.tobytes())
    return data


if __name__ == '__main__':
    sys.exit(main())
