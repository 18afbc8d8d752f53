# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Small bags of known content."""

import cv2
import numpy as np
from rosbags.rosbag2 import StoragePlugin

from rtmdl_ros.deployment.message_fields import detection_fields
from rtmdl_ros.replay.bag_writer import BagWriter, header_at, message
from rtmdl_ros.replay.message_types import COMPRESSED_IMAGE, DETECTION, DETECTION_ARRAY, IMAGE
from rtmdl_ros.workload.detection import Box, Detection

MS = 1_000_000
START_NS = 1_700_000_000_000_000_000
#: Between exposure and recording.
LAG_NS = 3 * MS
WIDTH, HEIGHT = 96, 64
TEXT = 'std_msgs/msg/String'
CAMERA, TRUTH = '/camera_sim/image', '/camera_sim/truth/traffic_light'
OBJECT = Detection('class 1', 1.0, Box(10.0, 12.0, 30.0, 40.0))


def pixels(number):
    """Return the picture of a frame, BGR (H, W, 3)."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 256, (HEIGHT // 16, WIDTH // 16, 3), np.uint8)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def raw(header, image):
    """Return an Image message."""
    return message(
        IMAGE, header=header, height=image.shape[0], width=image.shape[1], encoding='bgr8',
        is_bigendian=0, step=3 * image.shape[1], data=image.reshape(-1),
    )  # fmt: skip


def jpeg(header, image):
    """Return a CompressedImage message."""
    data = cv2.imencode('.jpg', image)[1].reshape(-1)
    return message(COMPRESSED_IMAGE, header=header, format='jpeg', data=data)


def truth(header, *objects):
    """Return a DetectionArray message."""
    return message(
        DETECTION_ARRAY, header=header, task='traffic_light', variant='', sequence=0,
        response_ms=0.0, frame_age_ms=0.0,
        detections=[message(DETECTION, **detection_fields(each)) for each in objects],
    )  # fmt: skip


def write_bag(path, *contents, storage=StoragePlugin.SQLITE3):
    """Write topics of (name, type, messages as (time in ns, message)); returns the path."""
    with BagWriter(path, storage) as bag:
        for topic, kind, _ in contents:
            bag.add_topic(topic, kind)
        rows = [(at, topic, each) for topic, _, rows in contents for at, each in rows]
        for at, topic, each in sorted(rows, key=lambda row: row[0]):
            bag.write(topic, at, each)
    return path


def times(count, period_ms=100):
    """Return when frames were recorded, in ns."""
    return [START_NS + LAG_NS + number * period_ms * MS for number in range(count)]


def frames(count, topic=CAMERA, make=raw, period_ms=100):
    """Return an image topic for `write_bag`."""
    kind = IMAGE if make is raw else COMPRESSED_IMAGE
    return topic, kind, [
        (at, make(header_at(at - LAG_NS, 'optical'), pixels(number)))
        for number, at in enumerate(times(count, period_ms))
    ]  # fmt: skip


def truths(count, topic=TRUTH, period_ms=100):
    """Return a truth topic: one object in each frame."""
    return topic, DETECTION_ARRAY, [
        (at, truth(header_at(at - LAG_NS, 'optical'), OBJECT)) for at in times(count, period_ms)
    ]  # fmt: skip


def texts(topic='/chatter', count=2):
    """Return a topic without images."""
    return topic, TEXT, [(at, message(TEXT, data='hello')) for at in times(count)]
