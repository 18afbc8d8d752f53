# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Messages that were written without ROS 2, read by ROS 2."""

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from rclpy.serialization import deserialize_message
from small_bags import OBJECT, truth

from rtmdl_ros import msg
from rtmdl_ros.deployment.message_fields import REASONS
from rtmdl_ros.node.messages import detections_of
from rtmdl_ros.replay.bag_writer import header_at, message
from rtmdl_ros.replay.message_types import DEADLINE_MISS, DETECTION_ARRAY, typestore
from rtmdl_ros.workload.records import Outcome


def through_ros(written, kind, name):
    """Return a message of a bag as ROS 2 reads it."""
    data = bytes(typestore().serialize_cdr(written, kind))
    return deserialize_message(data, getattr(msg, name))


def test_detections_and_their_header():
    written = truth(header_at(1_700_000_000_123_456_789, 'optical'), OBJECT)
    read = through_ros(written, DETECTION_ARRAY, 'DetectionArray')
    assert (read.header.stamp.sec, read.header.stamp.nanosec) == (1_700_000_000, 123_456_789)
    assert (read.header.frame_id, read.task) == ('optical', 'traffic_light')
    assert detections_of(read) == (OBJECT,)


def test_reasons_are_those_of_the_message():
    assert {outcome.name: code for outcome, code in REASONS.items()} == {
        outcome.name: getattr(msg.DeadlineMiss, outcome.name)
        for outcome in Outcome
        if outcome is not Outcome.ON_TIME
    }
    written = message(
        DEADLINE_MISS, header=header_at(5), task='t', sequence=3, reason=2, stage='detect',
        deadline_ms=1.5, response_ms=2.5, frame_age_ms=3.5, detail='newer',
    )  # fmt: skip
    read = through_ros(written, DEADLINE_MISS, 'DeadlineMiss')
    assert (read.sequence, read.reason, read.detail) == (3, msg.DeadlineMiss.SUPERSEDED, 'newer')
