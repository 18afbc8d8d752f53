# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Own footage as a camera, over DDS: what arrives, and how the process ends."""

import os
import subprocess
import sys
import threading

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

import rclpy
from domains import fresh_domain_id
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.node.images import pixels_of
from rtmdl_ros.node.video_source import VideoSource
from rtmdl_ros.perception.images import decompressed
from rtmdl_ros.workload.parameter_rules import ParameterError

DOMAIN = fresh_domain_id()


@pytest.fixture
def pictures(tmp_path):
    """Return a folder of 20 pictures of 64x48, each 10 levels brighter than the one before."""
    for index in range(20):
        cv2.imwrite(str(tmp_path / f'{index}.png'), np.full((48, 64, 3), 10 * index, np.uint8))
    return tmp_path


@pytest.fixture
def film(pictures):
    """Return a function that films the pictures and returns summary, images and JPEGs."""
    contexts = (rclpy.Context(), rclpy.Context())
    for context in contexts:
        rclpy.init(context=context, domain_id=DOMAIN)

    def run(**parameters):
        listener = Node('listener', context=contexts[1])
        profile = QoSProfile(depth=50, reliability=ReliabilityPolicy.BEST_EFFORT)
        images, jpegs = [], []
        topic = '/video_source/image'
        listener.create_subscription(Image, topic, images.append, profile)
        listener.create_subscription(CompressedImage, f'{topic}/compressed', jpegs.append, profile)
        executor = SingleThreadedExecutor(context=contexts[1])
        executor.add_node(listener)
        values = {'source': str(pictures)} | parameters
        overrides = [Parameter(name, value=value) for name, value in values.items()]
        camera = VideoSource(context=contexts[0], parameter_overrides=overrides)
        while not (listener.count_publishers(topic) and camera.count_subscribers(topic)):
            executor.spin_once(timeout_sec=0.05)
        summaries = []
        stop = threading.Event()
        thread = threading.Thread(target=lambda: summaries.append(camera.run(stop)), daemon=True)
        thread.start()
        while not summaries:
            executor.spin_once(timeout_sec=0.05)
        thread.join()
        for _ in range(5):
            executor.spin_once(timeout_sec=0.05)
        return summaries[0], images, jpegs

    yield run
    for context in contexts:
        rclpy.shutdown(context=context)


def stamp_ns(message):
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def test_every_picture_is_published_at_its_planned_instant(film):
    summary, images, jpegs = film(rate_hz=20.0, frame_id='front_optical_frame', jpeg_quality=95)
    assert summary.published + summary.skipped == 20
    # A busy machine may leave some out.
    assert len(images) >= 10 and len(jpegs) >= 10
    first = images[0]
    for image in images:
        assert image.header.frame_id == 'front_optical_frame'
        assert (image.encoding, image.width, image.height) == ('bgr8', 64, 48)
        frames = int(pixels_of(image)[0, 0, 0]) // 10 - int(pixels_of(first)[0, 0, 0]) // 10
        assert stamp_ns(image) - stamp_ns(first) == pytest.approx(frames * 50_000_000, abs=2e6)
    raw = {stamp_ns(image): pixels_of(image) for image in images}
    for jpeg in jpegs:
        if stamp_ns(jpeg) in raw:
            assert abs(float(decompressed(jpeg).mean()) - raw[stamp_ns(jpeg)].mean()) < 2


@pytest.mark.parametrize(('max_width', 'size'), [(32, (32, 24)), (1280, (64, 48))])
def test_wide_images_are_narrowed_and_keep_their_shape(film, max_width, size):
    _, images, _ = film(rate_hz=100.0, max_width=max_width)
    assert {(image.width, image.height) for image in images} == {size}


def test_footage_that_cannot_be_read_is_a_wrong_parameter():
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    try:
        with pytest.raises(ParameterError, match=r'^source: /no\.mp4 does not exist; give '):
            overrides = [Parameter('source', value='/no.mp4')]
            VideoSource(context=context, parameter_overrides=overrides)
        # As `-p source:=63` gives it.
        with pytest.raises(ParameterError, match=r'^source: webcam 63 cannot be opened'):
            VideoSource(context=context, parameter_overrides=[Parameter('source', value=63)])
    finally:
        rclpy.shutdown(context=context)


@pytest.mark.parametrize(
    ('broken', 'status', 'last_line'),
    [
        (None, 0, '20 frames published, 0 skipped'),
        ('10.png', 0, '10.png is not a picture that OpenCV can read: left out'),
        (
            '*.png', 2, '19.png is not a picture that OpenCV can read; give a video file, a folder '
            'of pictures or the number of a webcam',
        ),
    ],
)
def test_the_process_says_why_it_ends(pictures, broken, status, last_line):
    for path in pictures.glob(broken) if broken else ():
        path.write_bytes(b'')
    command = [sys.executable, '-m', 'rtmdl_ros.node.video_source', '--ros-args']
    done = subprocess.run(
        [*command, '-p', f'source:={pictures}', '-p', 'rate_hz:=10.0'],
        cwd=pictures,  # not the source tree, which has no messages
        env=os.environ | {'ROS_DOMAIN_ID': str(DOMAIN)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = (done.stdout + done.stderr).splitlines()
    assert done.returncode == status, lines
    assert 'Traceback' not in done.stderr
    assert any(line.endswith(last_line) for line in lines), lines
    assert (f'end of {pictures}; loop:=true goes on' in done.stdout + done.stderr) == (status == 0)
