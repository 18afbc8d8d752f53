# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Node `video_source`: a video file, a folder of pictures or a webcam as a camera.

Publishes `~/image` (bgr8) and `~/image/compressed` (JPEG, only while someone subscribes). Frames of
files leave at absolute times, as those of camera_sim do; those of a webcam when they are there.
"""

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from rclpy.parameter import Parameter

from rtmdl_ros.node.camera_output import CameraOutput, Pacer, Shot
from rtmdl_ros.node.camera_process import CameraNode, run_camera
from rtmdl_ros.perception.footage import (
    EndOfFootageError,
    FootageError,
    narrowed_size,
    open_footage,
)
from rtmdl_ros.perception.images import Pixels
from rtmdl_ros.rendering.ahead import RenderAhead
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.parameters import VideoSourceParameters

_FIRST_FRAME_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Summary:
    """What a finished run did."""

    published: int
    #: Frames left out because they were not decoded in time.
    skipped: int

    def __str__(self) -> str:
        """Return the summary as one line."""
        return f'{self.published} frames published, {self.skipped} skipped'


class VideoSource(CameraNode[VideoSourceParameters]):
    """A camera that shows own footage.

    Raises ParameterError for a parameter that cannot be used and for footage that cannot be read.
    """

    def __init__(self, **options: Any) -> None:
        """Declare parameters, open the footage; `options` go to rclpy's node."""
        super().__init__('video_source', VideoSourceParameters, **options)
        values = self.parameters
        try:
            self._footage = open_footage(
                values.source, values.rate_hz, values.loop, values.max_width
            )
        except FootageError as error:
            self.destroy_node()
            raise ParameterError(f'source: {error}') from error
        self._output = CameraOutput(self, values)

    def overrides(self) -> Mapping[str, Parameter]:
        """Return the parameters; `source:=0` comes as a number and is meant as text."""
        overrides = dict(super().overrides())
        source = overrides.get('source')
        if source is not None and source.type_ is Parameter.Type.INTEGER:
            overrides['source'] = Parameter('source', value=str(source.value))
        return overrides

    def run(self, stop: threading.Event) -> Summary:
        """Publish frames until `stop` is set or the footage ends.

        Raises FootageError where a frame cannot be read.
        """
        pacer = Pacer()
        try:
            if self._footage.rate_hz:
                self._run_recorded(pacer, stop)
            else:
                self._run_live(pacer, stop)
        except EndOfFootageError:
            self.get_logger().info(f'end of {self.parameters.source}; loop:=true goes on')
        summary = Summary(pacer.published, pacer.skipped)
        self.get_logger().info(str(summary))
        return summary

    def _run_recorded(self, pacer: Pacer, stop: threading.Event) -> None:
        period_s = 1.0 / self._footage.rate_hz
        with RenderAhead(self._shot, self.parameters.prefetch, period_s) as frames:
            frames.wait(_FIRST_FRAME_TIMEOUT_S)
            self._tell(f'at {self._footage.rate_hz:g} Hz')
            pacer.run(frames.take, self._output.publish, period_s, stop)

    def _run_live(self, pacer: Pacer, stop: threading.Event) -> None:
        self._tell('live')
        while not stop.is_set():
            pixels = self._footage.frame(pacer.published)
            taken_s = time.monotonic()
            self._output.publish(self._output.shot(self._narrowed(pixels)), taken_s)
            pacer.published += 1

    def _shot(self, index: int) -> Shot:
        return self._output.shot(self._narrowed(self._footage.frame(index)))

    def _narrowed(self, pixels: Pixels) -> Pixels:
        size = narrowed_size(pixels, self.parameters.max_width)
        if size[0] == pixels.shape[1]:
            return pixels
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _tell(self, rate: str) -> None:
        self.get_logger().info(
            f'publishing {self.parameters.source} {rate} on {self._output.topic}'
        )


def main(args: Sequence[str] | None = None) -> int:
    """Run until the footage ends, SIGINT or SIGTERM.

    Returns 0, 1 where a frame cannot be read, 2 for a wrong parameter or source.
    """
    return run_camera(VideoSource, args)


if __name__ == '__main__':
    sys.exit(main())
