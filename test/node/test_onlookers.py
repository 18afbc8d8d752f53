# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is made only while somebody looks: debug pictures and vision_msgs."""

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

import threading
import weakref

import cv2
import numpy as np
from node_bench import image_of
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from rtmdl_ros.node.answered import Answered
from rtmdl_ros.node.debug_picture import debug_topics
from rtmdl_ros.node.onlookers import Onlookers, Windows
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.rendering.track import Track


@pytest.fixture(scope='module')
def scene():
    """Return a frame with a light and signs."""
    return Track(1, 640, 480).frame(70).image


def listen(bench, kind, topic):
    messages = []
    bench.peer.node.create_subscription(kind, topic, messages.append, 5)
    return messages


def test_debug_pictures_show_boxes_and_a_line_a_task(make_bench, scene):
    bench = make_bench({'debug_rate_hz': 60.0})
    bench.start()
    raw = listen(bench, Image, '/rtmdl/debug_image')
    bench.feed(until=lambda: len(raw) >= 3, image=lambda: image_of(scene))
    message = raw[-1]
    assert (message.width, message.height, message.encoding) == (640, 480 + 2 * 26, 'bgr8')
    assert message.header.frame_id == 'camera_optical_frame'
    assert message.header.stamp in [found.header.stamp for found in bench.peer.detections]
    picture = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, 3)
    boxes = [box for found in bench.peer.detections for box in found.detections]
    assert boxes
    assert (picture[:480] != scene).any(axis=2).sum() > 100
    assert picture[480:].max() > 200, 'text'


def test_compressed_debug_pictures_come_at_most_so_often(make_bench, scene):
    bench = make_bench({'tasks': ['traffic_light'], 'debug_rate_hz': 60.0})
    bench.start()
    seen = listen(bench, CompressedImage, '/rtmdl/debug_image/compressed')
    bench.feed(until=lambda: len(seen) >= 3, image=lambda: image_of(scene))
    assert cv2.imdecode(np.frombuffer(seen[-1].data, np.uint8), 1).shape == (480 + 26, 640, 3)
    bench.node.set_parameters([Parameter('debug_rate_hz', value=0.1)])
    seen.clear()
    bench.peer.detections.clear()
    bench.feed(until=lambda: len(bench.peer.detections) >= 20, image=lambda: image_of(scene))
    assert len(seen) <= 1


def test_a_frame_that_a_task_missed_is_shown_when_the_next_one_comes(make_bench, scene):
    bench = make_bench({'debug_rate_hz': 60.0, 'traffic_sign.deadline_ms': 1.0})
    bench.start()
    raw = listen(bench, Image, '/rtmdl/debug_image')
    bench.feed(until=lambda: len(raw) >= 3, image=lambda: image_of(scene))
    assert {found.task for found in bench.peer.detections} == {'traffic_light'}


def test_nothing_is_drawn_for_nobody(make_bench, monkeypatch):
    from rtmdl_ros.node import onlookers

    drawn = []
    monkeypatch.setattr(onlookers, 'debug_picture', lambda *arguments: drawn.append(arguments))
    bench = make_bench({'tasks': ['traffic_light']})
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) >= 10)
    assert drawn == []


class Window:
    """A publisher that is looked at by `seen`, and waits in `publish` until it is told to go on."""

    def __init__(self):
        self.seen = 1
        self.begun, self.go_on = threading.Event(), threading.Event()

    def get_subscription_count(self):
        return self.seen

    def publish(self, message):
        self.begun.set()
        assert self.go_on.wait(30.0)


def test_frames_that_wait_to_be_shown_are_few_and_go_with_the_last_onlooker():
    window = Window()
    onlookers = Onlookers(
        Windows({}, {'front': window}, {}), 60.0, lambda camera: ('light', 'sign'), lambda: {}
    )
    frames = weakref.WeakSet()

    def answer(number):
        for task in ('light', 'sign'):
            frame = Frame(lambda: np.zeros((8, 8, 3), np.uint8), number, Header())
            frames.add(frame)
            onlookers.put('front', Answered(task, 'w50', frame, ()))

    onlookers.refresh()
    answer(1)
    assert window.begun.wait(30.0)
    for number in range(2, 40):
        answer(number)
    # The last four frames that came, here one a task, and the one that is being shown.
    assert {frame.arrival_ns for frame in frames} <= {1, 36, 37, 38, 39}
    window.seen = 0
    onlookers.refresh()
    window.go_on.set()
    onlookers.close()
    assert not frames


def test_a_second_camera_has_a_topic_of_its_own():
    assert debug_topics(['front']) == {'front': '~/debug_image'}
    topics = {'front': '~/debug_image', 'rear': '~/rear/debug_image'}
    assert debug_topics(['front', 'rear']) == topics


def test_detections_come_as_vision_msgs_too(make_bench, scene):
    vision = pytest.importorskip('vision_msgs.msg', reason='needs vision_msgs, which is optional')
    bench = make_bench({'tasks': ['traffic_light']})
    bench.start()
    seen = listen(bench, vision.Detection2DArray, '/rtmdl/traffic_light/detections_2d')
    bench.feed(until=lambda: len(seen) >= 3 and seen[-1].detections, image=lambda: image_of(scene))
    own = {(m.header.stamp.sec, m.header.stamp.nanosec): m for m in bench.peer.detections}
    message = seen[-1]
    twin = own[message.header.stamp.sec, message.header.stamp.nanosec]
    assert message.header == twin.header
    assert len(message.detections) == len(twin.detections) > 0
    for other, one in zip(message.detections, twin.detections, strict=True):
        (result,) = other.results
        assert other.header == twin.header
        assert result.hypothesis.class_id == one.class_name
        assert result.hypothesis.score == pytest.approx(one.score)
        center = other.bbox.center.position
        assert (center.x, center.y) == pytest.approx((one.center_x, one.center_y), abs=1e-3)
        assert other.bbox.center.theta == 0.0
        assert (other.bbox.size_x, other.bbox.size_y) == pytest.approx(
            (one.size_x, one.size_y), abs=1e-3
        )
