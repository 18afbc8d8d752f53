# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Drives out of bags: frames, times, truth, and a digest of it all."""

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin
from small_bags import (
    CAMERA,
    LAG_NS,
    OBJECT,
    frames,
    jpeg,
    pixels,
    times,
    truths,
    write_bag,
)

from rtmdl_ros.perception.images import ImageError
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_drive import BagDrive
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.message_types import IMAGE

REAR = '/rear/image_raw'


def drive_of(path, *contents, storage=StoragePlugin.SQLITE3, **cameras):
    """Write a bag and return the drive in it."""
    bag = Bag(write_bag(path, *contents, storage=storage))
    topics = {topic.name: topic for topic in bag.topics}
    cameras = cameras or {'front': CAMERA}
    return BagDrive(bag, {camera: topics[name] for camera, name in cameras.items()})


def test_frames_come_by_the_time_of_their_recording(tmp_path):
    drive = drive_of(tmp_path / 'bag', frames(2), frames(3, REAR), front=CAMERA, rear=REAR)
    assert drive.tracks['front'].times_ns == tuple(times(2))
    assert drive.tracks['rear'].stamps_ns == tuple(t - LAG_NS for t in times(3))
    assert drive.tracks['rear'].rate_hz == pytest.approx(10.0)
    found = list(drive.frames())
    assert sorted((f.camera, f.number) for f in found[:4]) == [
        ('front', 0), ('front', 1), ('rear', 0), ('rear', 1)
    ]  # fmt: skip
    assert (found[4].camera, found[4].number) == ('rear', 2)
    assert np.array_equal(found[4].decode(), pixels(2))
    assert found[4].header.frame_id == 'optical'
    assert drive.truth == {}


def test_compressed_frames_are_decoded(tmp_path):
    drive = drive_of(tmp_path / 'bag', frames(1, make=jpeg))
    (frame,) = drive.frames()
    assert np.abs(frame.decode().astype(int) - pixels(0)).mean() < 4


def test_truth_goes_to_the_frame_with_its_stamp_and_the_camera_nearest_by_name(tmp_path):
    drive = drive_of(
        tmp_path / 'bag', frames(3), frames(3, REAR), truths(2), front=CAMERA, rear=REAR
    )
    assert drive.truth == {('traffic_light', 'front'): {0: (OBJECT,), 1: (OBJECT,)}}


def test_the_digest_is_that_of_the_content(tmp_path):
    first = drive_of(tmp_path / 'a', frames(3))
    copy = drive_of(tmp_path / 'b', truths(1), frames(3), storage=StoragePlugin.MCAP)
    other = drive_of(tmp_path / 'c', frames(4))
    later = drive_of(tmp_path / 'd', frames(3, period_ms=99))
    assert first.digest == copy.digest
    assert len({first.digest, other.digest, later.digest}) == 3


def test_a_topic_without_messages(tmp_path):
    with pytest.raises(ReplayError, match=r'no message is on /camera_sim/image; the bag has: /cam'):
        drive_of(tmp_path / 'bag', (CAMERA, IMAGE, []))


def test_a_frame_that_cannot_be_decoded_says_so_when_it_is(tmp_path):
    topic, kind, rows = frames(1)
    rows[0][1].encoding = 'bayer_rggb8'
    (frame,) = drive_of(tmp_path / 'bag', (topic, kind, rows)).frames()
    with pytest.raises(ImageError, match="encoding 'bayer_rggb8' is not supported"):
        frame.decode()
