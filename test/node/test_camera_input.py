# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One camera topic."""

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

import rclpy
from node_bench import grey_image
from rclpy.node import Node

from rtmdl_ros.node.camera_input import CameraInput


@pytest.fixture
def node():
    """Return a node that nobody spins."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = Node('camera', context=context)
    yield node
    node.destroy_node()
    rclpy.shutdown(context=context)


def test_a_frame_that_comes_when_the_camera_is_closed_is_let_go(node):
    frames = []
    camera = CameraInput(
        node, 'front', transport='raw', timeout_s=1.0, window_s=10.0, on_frame=frames.append
    )
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
