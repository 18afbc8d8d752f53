# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One camera topic."""

import time
from types import SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

import rclpy
from node_bench import grey_image
from rclpy.node import Node
from rclpy.qos import QoSPolicyKind
from sensor_msgs.msg import Image

from rtmdl_ros.node.camera_health import CameraProblem
from rtmdl_ros.node.camera_input import CameraInput
from rtmdl_ros.workload.parameters import CameraParameters


@pytest.fixture
def node():
    """Return a node that nobody spins."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = Node('camera', context=context)
    yield node
    node.destroy_node()
    rclpy.shutdown(context=context)


def camera_of(node, timeout_s=1.0, window_s=10.0, on_frame=lambda frame: None):
    return CameraInput(
        node, 'front', CameraParameters(), timeout_s=timeout_s, window_s=window_s, on_frame=on_frame
    )


def test_a_frame_that_comes_when_the_camera_is_closed_is_let_go(node):
    frames = []
    camera = camera_of(node, 1.0, 10.0, frames.append)
    camera.open()
    topic = '/camera/input/front/image'
    (subscription,) = [each for each in node.subscriptions if each.topic_name == topic]
    # As an executor calls it, which may hold frames that came before.
    deliver = subscription.callback
    deliver(grey_image())
    camera.close()
    deliver(grey_image())
    assert [frame.image().shape for frame in frames] == [(480, 640, 3)]
    assert camera.health().frames == 1


def test_stamps_ahead_are_those_of_another_computer(node):
    camera = camera_of(node)
    camera.open()
    (subscription,) = node.subscriptions

    def deliver(ahead_ms):
        now_ns = node.get_clock().now().nanoseconds
        subscription.callback(grey_image(stamp_ns=now_ns + ahead_ms * 1_000_000))

    for ahead_ms in (140, 60, 150, 160):  # single ones do not count
        deliver(ahead_ms)
    health = camera.health()
    assert health.problem is CameraProblem.STRANGE_STAMPS
    assert health.advice.endswith('on another computer synchronise the clocks (chrony)')
    for _ in range(20):
        deliver(50)
    deliver(150)
    assert camera.health().problem is None


def test_a_camera_that_comes_back_is_judged_by_its_new_frames(node):
    camera = camera_of(node, timeout_s=0.1, window_s=0.4)
    camera.open()
    (subscription,) = node.subscriptions

    def deliver(frames, age_s, period_s):
        for _ in range(frames):
            stamp_ns = node.get_clock().now().nanoseconds - round(age_s * 1e9)
            subscription.callback(grey_image(stamp_ns=stamp_ns))
            time.sleep(period_s)

    camera.periods_ms = {'sign': 1e3}
    deliver(15, 3600.0, 0.02)
    assert camera.health().problem is CameraProblem.STRANGE_STAMPS
    time.sleep(0.15)
    deliver(1, 0.01, 0.0)
    assert camera.health().problem is None, 'neither that age nor that period'
    assert camera.health().rate_hz > 2.5, 'but the rate is that of the window'


def test_a_publisher_that_appears_has_time_for_its_first_frame(node):
    camera = camera_of(node, timeout_s=0.3)
    camera.open()
    time.sleep(0.4)
    assert camera.health().problem is CameraProblem.NO_PUBLISHER
    publisher = node.create_publisher(Image, '/camera/input/front/image', 1)
    while not camera.health().publishers:
        time.sleep(0.01)
    assert camera.health().problem is CameraProblem.NO_PUBLISHER
    time.sleep(0.4)
    assert camera.health().problem is CameraProblem.SILENT
    node.destroy_publisher(publisher)


def test_a_refusal_is_forgotten_when_frames_come(node):
    camera = camera_of(node, 0.05, 10.0)
    publisher = node.create_publisher(Image, '/camera/input/front/image', 1)
    camera.open()
    camera._refused(SimpleNamespace(last_policy_kind=QoSPolicyKind.RELIABILITY))
    time.sleep(0.1)
    assert camera.health().problem is CameraProblem.INCOMPATIBLE_QOS
    (subscription,) = node.subscriptions
    subscription.callback(grey_image())
    time.sleep(0.1)
    assert camera.health().problem is CameraProblem.SILENT
    node.destroy_publisher(publisher)


def test_a_camera_that_is_silent_has_no_rate(node):
    camera = camera_of(node, 0.05, 0.1)
    publisher = node.create_publisher(Image, '/camera/input/front/image', 1)
    camera.open()
    (subscription,) = node.subscriptions
    time.sleep(0.15)
    subscription.callback(grey_image())
    assert camera.health().rate_hz == 10.0, 'one in the window of 0.1 s'
    time.sleep(0.15)
    health = camera.health()
    assert health.rate_hz == 0.0 and health.problem is CameraProblem.SILENT
    assert 0.15 <= health.silent_s < 0.3, 'since the frame, not since the camera was opened'
    node.destroy_publisher(publisher)


def test_images_larger_than_measured_with_are_told(node):
    frames = []
    camera = camera_of(node, on_frame=frames.append)
    camera.open()
    (subscription,) = node.subscriptions
    subscription.callback(grey_image(320, 240))
    frames[-1].image()
    assert camera.health().problem is None
    subscription.callback(grey_image(800, 600))
    assert camera.health().problem is None, 'nobody has decoded it'
    frames[-1].image()
    health = camera.health()
    assert health.problem is CameraProblem.LARGER_IMAGES
    assert health.advice == (
        'images on /camera/input/front/image are 800x600, stages were measured with 640x480: set '
        'front.width to 800 and front.height to 600 and start anew'
    )


def test_a_task_that_is_planned_with_another_period_is_told(node):
    camera = camera_of(node, window_s=2.0)
    camera.open()
    (subscription,) = node.subscriptions
    start_s, frames = time.monotonic(), 60
    for _ in range(frames):
        subscription.callback(grey_image())
        time.sleep(0.02)
    # Sleeping takes longer on a busy machine.
    period_ms = 1e3 * (time.monotonic() - start_s) / frames
    camera.periods_ms = {'sign': period_ms, 'light': 3 * period_ms}
    health = camera.health()
    assert health.problem is CameraProblem.OTHER_PERIOD
    assert f'light.period_ms is {3 * period_ms:g}: plans and admission go by' in health.advice
    camera.periods_ms = {'sign': period_ms}
    assert camera.health().problem is None
