# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Node `camera_sim`: a camera on a car in a rendered hall, with the truth beside its images.

Publishes `~/image` (bgr8), `~/image/compressed` (JPEG, only while someone subscribes) and
`~/truth/traffic_light`, `~/truth/traffic_sign` with the image's header. The same seed and size
give the same pixels. Frames leave at absolute times: a frame that is not ready is left out, and
none of the others is delayed.
"""

import math
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.qos import QoSProfile, ReliabilityPolicy

from rtmdl_ros.msg import DetectionArray
from rtmdl_ros.node.camera_output import CameraOutput, Pacer, Shot, open_publisher
from rtmdl_ros.node.camera_process import CameraNode, run_camera
from rtmdl_ros.node.messages import detection_array
from rtmdl_ros.rendering.ahead import RenderAhead
from rtmdl_ros.rendering.picture import RenderedFrame
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.workload.parameters import CameraSimParameters
from rtmdl_ros.workload.quantiles import quantile

_FIRST_FRAME_TIMEOUT_S = 30.0
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
class _Frame:
    """One frame ready to be published; the truth has the header of the shot."""

    shot: Shot
    truth: tuple[DetectionArray, DetectionArray]


class CameraSim(CameraNode[CameraSimParameters]):
    """The simulated camera. Raises ParameterError for a parameter that cannot be used."""

    def __init__(self, **options: Any) -> None:
        """Declare parameters and publishers; `options` go to rclpy's node."""
        super().__init__('camera_sim', CameraSimParameters, **options)
        self._output = CameraOutput(self, self.parameters)
        profile = QoSProfile(depth=_TRUTH_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
        self._truth = (
            open_publisher(self, DetectionArray, '~/truth/traffic_light', profile),
            open_publisher(self, DetectionArray, '~/truth/traffic_sign', profile),
        )

    def run(self, stop: threading.Event) -> Summary:
        """Publish frames until `stop` is set or the duration is over."""
        values = self.parameters
        period_s = 1.0 / values.rate_hz
        track = Track(values.seed, values.width, values.height, values.rate_hz)

        def prepared(index: int) -> _Frame:
            return self._frame(index, track.frame(index))

        pacer = Pacer()
        with RenderAhead(prepared, values.prefetch, period_s) as frames:
            frames.wait(_FIRST_FRAME_TIMEOUT_S)
            self.get_logger().info(
                f'publishing {values.width}x{values.height} at {values.rate_hz:g} Hz on '
                f'{self._output.topic}, track {values.seed}'
            )
            duration_s = values.duration_s or math.inf
            pacer.run(frames.take, self._publish, period_s, stop, duration_s)
            times = sorted(frames.render_times_ms()) or [0.0]
        summary = Summary(
            pacer.published, pacer.skipped, quantile(times, 0.5), quantile(times, 0.99)
        )
        self.get_logger().info(str(summary))
        return summary

    def _publish(self, frame: _Frame, planned_s: float) -> None:
        self._output.publish(frame.shot, planned_s)
        for publisher, truth in zip(self._truth, frame.truth, strict=True):
            publisher.publish(truth)

    def _frame(self, index: int, frame: RenderedFrame) -> _Frame:
        shot = self._output.shot(frame.image)
        found = (('traffic_light', frame.lights), ('traffic_sign', frame.signs))
        lights, signs = (
            detection_array(
                shot.header,
                detections,
                task=task,
                variant='',
                sequence=index,
                response_ms=0.0,
                frame_age_ms=0.0,
            )
            for task, detections in found
        )
        return _Frame(shot, (lights, signs))


def main(args: Sequence[str] | None = None) -> int:
    """Run until the duration is over, SIGINT or SIGTERM; returns 0, or 2 for a wrong parameter."""
    return run_camera(CameraSim, args)


if __name__ == '__main__':
    sys.exit(main())
