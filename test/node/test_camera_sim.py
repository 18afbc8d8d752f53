# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The simulated camera over DDS: what arrives, when, and that it is the track of the seed."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
import rclpy
from domains import fresh_domain_id
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.msg import DetectionArray
from rtmdl_ros.node.camera_sim import CameraSim, Summary
from rtmdl_ros.node.messages import detections_of
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.workload.parameter_rules import ParameterError

WIDTH, HEIGHT, SEED = 320, 240, 7


class Filming:
    """A camera_sim that runs in a thread, and a listener in a context of its own."""

    def __init__(self, parameters: dict[str, object], compressed: bool) -> None:
        domain = fresh_domain_id()
        self.contexts = (rclpy.Context(), rclpy.Context())
        for context in self.contexts:
            rclpy.init(context=context, domain_id=domain)
        self.images: list[Image] = []
        self.jpegs: list[CompressedImage] = []
        self.lights: list[DetectionArray] = []
        self.signs: list[DetectionArray] = []
        self._listener = Node('listener', context=self.contexts[1])
        camera = QoSProfile(depth=20, reliability=ReliabilityPolicy.BEST_EFFORT)
        self._listen(Image, '/camera_sim/image', self.images, camera)
        if compressed:
            self._listen(CompressedImage, '/camera_sim/image/compressed', self.jpegs, camera)
        truth = QoSProfile(depth=100)
        self._listen(DetectionArray, '/camera_sim/truth/traffic_light', self.lights, truth)
        self._listen(DetectionArray, '/camera_sim/truth/traffic_sign', self.signs, truth)
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        self.camera = CameraSim(context=self.contexts[0], parameter_overrides=overrides)
        self.stop = threading.Event()
        self.summary: Summary | None = None
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._film, self._spin)
        ]
        for thread in self._threads:
            thread.start()

    def wait(self, until: Callable[[], object], timeout_s: float = 20.0) -> None:
        """Wait until something holds; fails the test when it does not."""
        end_s = time.monotonic() + timeout_s
        while not until():
            assert time.monotonic() < end_s, 'waited in vain'
            time.sleep(0.02)

    def close(self) -> None:
        """End both sides."""
        self.stop.set()
        self._threads[0].join(5.0)
        for context in self.contexts:
            rclpy.shutdown(context=context)
        self._threads[1].join(5.0)

    def _listen(self, kind: type, topic: str, into: list, profile: QoSProfile) -> None:
        self._listener.create_subscription(kind, topic, into.append, profile)

    def _film(self) -> None:
        self.summary = self.camera.run(self.stop)

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self.contexts[1])
        executor.add_node(self._listener)
        with contextlib.suppress(ExternalShutdownException):
            executor.spin()


@pytest.fixture
def film() -> Iterator[Callable[..., Filming]]:
    """Return a function that starts a camera; ended after the test."""
    started: list[Filming] = []

    def start(compressed: bool = False, **parameters: object) -> Filming:
        values: dict[str, object] = {'width': WIDTH, 'height': HEIGHT, 'seed': SEED}
        started.append(Filming(values | parameters, compressed))
        return started[-1]

    yield start
    for filming in started:
        filming.close()


def stamp_ns(message: object) -> int:
    """Return the stamp of a message's header in ns."""
    return message.header.stamp.sec * 10**9 + message.header.stamp.nanosec


def test_images_and_truth_are_the_track_of_the_seed(film):
    filming = film(frame_id='front_optical_frame')
    filming.wait(lambda: len(filming.images) >= 10 and len(filming.signs) >= 10)
    time.sleep(0.2)
    truths = {stamp_ns(m): (m, s) for m, s in zip(filming.lights, filming.signs, strict=False)}
    track = Track(SEED, WIDTH, HEIGHT)
    compared = 0
    for image in filming.images[:10]:
        assert (image.encoding, image.width, image.height) == ('bgr8', WIDTH, HEIGHT)
        assert (image.step, image.is_bigendian) == (3 * WIDTH, 0)
        assert len(image.data) == 3 * WIDTH * HEIGHT
        assert image.header.frame_id == 'front_optical_frame'
        assert 0 <= time.time_ns() - stamp_ns(image) < 60e9
        if stamp_ns(image) not in truths:
            continue  # sent before the truth's subscription was known
        lights, signs = truths[stamp_ns(image)]
        assert (lights.task, signs.task) == ('traffic_light', 'traffic_sign')
        assert lights.header == signs.header == image.header
        frame = track.frame(signs.sequence)
        pixels = np.frombuffer(image.data, np.uint8).reshape(HEIGHT, WIDTH, 3)
        assert np.array_equal(pixels, frame.image)
        for message, expected in ((lights, frame.lights), (signs, frame.signs)):
            assert [d.class_name for d in detections_of(message)] == [
                d.class_name for d in expected
            ]
            for found, true in zip(detections_of(message), expected, strict=True):
                assert found.score == 1.0
                assert found.box.x_min == pytest.approx(true.box.x_min, abs=0.01)
                assert found.box.y_max == pytest.approx(true.box.y_max, abs=0.01)
        compared += 1
    assert compared >= 5


def test_stamps_are_the_planned_instants(film):
    filming = film(rate_hz=20.0)
    filming.wait(lambda: len(filming.signs) >= 15)
    first = filming.signs[0]
    for message in filming.signs:
        planned_ns = (message.sequence - first.sequence) * 50_000_000
        assert stamp_ns(message) - stamp_ns(first) == pytest.approx(planned_ns, abs=2e6)


def test_compressed_images_show_the_same(film):
    filming = film(compressed=True, jpeg_quality=95)
    filming.wait(lambda: len(filming.jpegs) >= 3 and len(filming.images) >= 15)
    raw = {stamp_ns(m): m for m in filming.images}
    both = [m for m in filming.jpegs if stamp_ns(m) in raw]
    assert both
    for message in both:
        assert message.format == 'bgr8; jpeg compressed bgr8'
        pixels = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_COLOR)
        original = np.frombuffer(raw[stamp_ns(message)].data, np.uint8).reshape(pixels.shape)
        assert np.abs(pixels.astype(int) - original).mean() < 6


def test_camera_ends_after_its_duration_and_counts_every_frame(film):
    filming = film(duration_s=1.0, rate_hz=25.0)
    filming.wait(lambda: filming.summary is not None)
    assert filming.summary.published + filming.summary.skipped == 25
    assert 0 < filming.summary.render_p50_ms <= filming.summary.render_p99_ms


def test_frames_that_cannot_be_rendered_in_time_are_skipped_not_delayed(film):
    filming = film(width=1920, height=1080, rate_hz=200.0, duration_s=1.0, prefetch=1)
    begin_s = time.monotonic()
    filming.wait(lambda: filming.summary is not None)
    assert time.monotonic() - begin_s < 10.0
    assert filming.summary.published + filming.summary.skipped == 200
    assert filming.summary.skipped > 50


@pytest.mark.parametrize(
    ('name', 'value', 'message'),
    [
        ('widht', 640, 'there is no parameter widht; did you mean width?'),
        ('width', 10, 'width is 10; it must be from 64 to 4096'),
        ('rate_hz', 'fast', "rate_hz is 'fast'; it must be a number, without quotes"),
        ('prefetch', 0, 'prefetch is 0; it must be from 1 to 120'),
    ],
)
def test_wrong_parameters_are_named(name, value, message):
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=fresh_domain_id())
    try:
        with pytest.raises(ParameterError) as error:
            CameraSim(context=context, parameter_overrides=[Parameter(name, value=value)])
    finally:
        rclpy.shutdown(context=context)
    assert str(error.value) == message


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_process_ends_within_two_seconds_of_a_signal(number, tmp_path):
    command = [sys.executable, '-m', 'rtmdl_ros.node.camera_sim']
    command += ['--ros-args', '-p', f'width:={WIDTH}', '-p', f'height:={HEIGHT}']
    process = subprocess.Popen(
        command,
        cwd=tmp_path,  # not the source tree, which has no messages
        env=os.environ | {'ROS_DOMAIN_ID': str(fresh_domain_id())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    first_line = process.stdout.readline()
    assert 'publishing 320x240 at 30 Hz on /camera_sim/image, track 1' in first_line
    process.send_signal(number)
    begin_s = time.monotonic()
    rest, _ = process.communicate(timeout=10)
    assert time.monotonic() - begin_s < 2.0
    assert process.returncode == 0
    assert 'Traceback' not in rest
    assert 'frames published, ' in rest
