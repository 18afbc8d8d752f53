# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A bag of the simulated camera: images and truth, as camera_sim publishes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rosbags.rosbag2 import StoragePlugin

from rtmdl_ros.deployment.message_fields import detection_fields
from rtmdl_ros.evidence import topics
from rtmdl_ros.perception.images import Pixels
from rtmdl_ros.rendering.picture import RenderedFrame
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.replay.bag_writer import BagWriter, header_at, message
from rtmdl_ros.replay.message_types import COMPRESSED_IMAGE, DETECTION, DETECTION_ARRAY, IMAGE
from rtmdl_ros.workload.parameters import CameraSimParameters
from rtmdl_ros.workload.units import NS_PER_S

#: Stamp of the first frame, the same in all bags so that a seed always gives the same one.
_START_NS = 1_700_000_000 * NS_PER_S


def write_demo_bag(
    path: Path,
    camera: CameraSimParameters,
    storage: StoragePlugin,
    *,
    compressed: bool,
    progress: Callable[[], None] = lambda: None,
) -> int:
    """Write camera.duration_s seconds of a drive, calling `progress` after each frame.

    Returns the number of frames. The same parameters give the same messages. Raises RenderingError
    for parameters that cannot be rendered, ReplayError where something else is in the place of
    the bag, and OSError.
    """
    track = Track(camera.seed, camera.width, camera.height, camera.rate_hz)
    count = frames_of(camera)
    topic = topics.COMPRESSED_IMAGE if compressed else topics.IMAGE
    with BagWriter(path, storage) as bag:
        bag.add_topic(topic, COMPRESSED_IMAGE if compressed else IMAGE)
        for task in ('traffic_light', 'traffic_sign'):
            bag.add_topic(topics.truth_topic(task), DETECTION_ARRAY)
        for index in range(count):
            frame = track.frame(index)
            time_ns = _START_NS + round(index * NS_PER_S / camera.rate_hz)
            header = header_at(time_ns, camera.frame_id)
            image = _jpeg(header, frame.image, camera) if compressed else _raw(header, frame.image)
            bag.write(topic, time_ns, image)
            for task, truth in _truths(header, index, frame):
                bag.write(topics.truth_topic(task), time_ns, truth)
            progress()
    return count


def frames_of(camera: CameraSimParameters) -> int:
    """Return how many frames the duration holds, at least one."""
    return max(1, round(camera.duration_s * camera.rate_hz))


def _raw(header: Any, pixels: Pixels) -> Any:
    height, width = pixels.shape[:2]
    return message(
        IMAGE,
        header=header,
        height=height,
        width=width,
        encoding='bgr8',
        is_bigendian=0,
        step=3 * width,
        data=np.ascontiguousarray(pixels).reshape(-1),
    )


def _jpeg(header: Any, pixels: Pixels, camera: CameraSimParameters) -> Any:
    quality = [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg_quality]
    data = np.asarray(cv2.imencode('.jpg', pixels, quality)[1], np.uint8).reshape(-1)
    return message(
        COMPRESSED_IMAGE, header=header, format='bgr8; jpeg compressed bgr8', data=data
    )


def _truths(header: Any, index: int, frame: RenderedFrame) -> list[tuple[str, Any]]:
    return [
        (
            task,
            message(
                DETECTION_ARRAY,
                header=header,
                task=task,
                variant='',
                sequence=index,
                response_ms=0.0,
                frame_age_ms=0.0,
                detections=[message(DETECTION, **detection_fields(each)) for each in found],
            ),
        )
        for task, found in (('traffic_light', frame.lights), ('traffic_sign', frame.signs))
    ]
