# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Missed deadlines told of."""

import threading
import weakref

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from std_msgs.msg import Header

from rtmdl_ros.node.reporter import Reporter
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Outcome


def test_misses_that_wait_to_be_told_of_keep_no_frames():
    go_on, told = threading.Event(), []

    def publish(message):
        assert go_on.wait(30.0)
        told.append((message.header.frame_id, message.sequence))

    reporter = Reporter(publish, lambda header: 0.0)
    frames = weakref.WeakSet()
    for number in range(20):
        frame = Frame(bytes, number, Header(frame_id=f'frame {number}'))
        frames.add(frame)
        outcome = Outcome.ON_TIME if number == 7 else Outcome.LATE
        reporter.put(JobReport(number, 'sign', outcome, 0, 5, 9, (), '', Work(frame, number)))
        del frame
    assert not frames
    go_on.set()
    reporter.close()
    assert told == [(f'frame {number}', number) for number in range(20) if number != 7]


def test_what_cannot_be_published_is_told_once_and_the_next_miss_is(caplog):
    told = []

    def publish(message):
        if message.sequence < 2:
            raise TypeError('cannot be published')
        told.append(message.sequence)

    reporter = Reporter(publish, lambda header: 0.0)
    for number in range(4):
        work = Work(Frame(bytes, number, Header()), number)
        reporter.put(JobReport(number, 'sign', Outcome.LATE, 0, 5, 9, (), '', work))
    reporter.close()
    assert told == [2, 3]
    (record,) = caplog.records
    assert record.getMessage() == (
        'telling of a missed deadline raised TypeError: cannot be published (told once)'
    )
