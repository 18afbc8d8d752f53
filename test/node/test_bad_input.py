# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What may go wrong around the running node: it is told, and the node goes on."""

import os
import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from dataclasses import replace

import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from node_bench import IMAGE_TOPIC, grey_image
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image
from small_networks import save_small

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.msg import DeadlineMiss
from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.workload.parameter_rules import ParameterError

QOS = f'qos_overrides.{IMAGE_TOPIC}.subscription'


def wrong_encoding():
    image = grey_image()
    image.encoding = 'bayer_gbrg8'
    return image


def wrong_step():
    image = grey_image()
    image.step = 100
    return image


def wrong_size():
    image = grey_image()
    image.height = 481
    return image


@pytest.mark.parametrize(
    ('image', 'text'),
    [
        (wrong_encoding, "encoding 'bayer_gbrg8' is not supported"),
        (wrong_step, 'step is 100; 640 pixels of bgr8 need 1920'),
        (wrong_size, 'data has 921600 bytes; 481 rows of step 1920 are 923520'),
    ],
)
def test_a_broken_image_fails_its_jobs_only(logged, image, text):
    bench, log = logged()
    bench.start()
    peer = bench.peer

    def failed():
        # Where the machine is busy, a frame may be superseded before it is looked at.
        return [miss for miss in peer.misses if miss.reason == DeadlineMiss.FAILED]

    bench.feed(until=lambda: len(failed()) >= 6, image=image)
    assert all(text in miss.detail for miss in failed())
    assert {miss.task for miss in failed()} == {'traffic_light', 'traffic_sign'}
    assert not peer.detections
    assert log.count(text) == 2, 'once a task'
    bench.feed(until=lambda: text in peer.component('task traffic_sign').message, image=image)
    assert peer.component('task traffic_sign').level >= DiagnosticStatus.WARN
    peer.detections.clear()
    bench.feed(until=lambda: peer.detections)


def test_a_truncated_jpeg_fails_its_jobs_only(logged):
    bench, log = logged({'front.transport': 'compressed'})
    bench.start()
    peer = bench.peer
    camera = peer.image_publisher(CompressedImage, f'{IMAGE_TOPIC}/compressed')
    data = cv2.imencode('.jpg', np.full((480, 640, 3), 90, np.uint8))[1].tobytes()

    def publish(end):
        message = CompressedImage(header=grey_image().header, format='jpeg', data=data[:end])
        camera.publish(message)

    bench.wait(until=lambda: len(peer.misses) >= 4, meanwhile=lambda: publish(-500))
    assert all('the data ends early' in miss.detail for miss in peer.misses)
    assert log.count('the data ends early') == 2
    bench.wait(until=lambda: peer.detections, meanwhile=lambda: publish(None))


def test_a_camera_that_stops_is_told_within_two_seconds(logged):
    bench, log = logged()
    bench.start()
    peer = bench.peer
    bench.feed(until=lambda: peer.component('camera front').level == DiagnosticStatus.OK)
    bench.wait(
        until=lambda: peer.component('camera front').level == DiagnosticStatus.ERROR,
        timeout_s=2.0,
    )
    assert peer.component('camera front').message.startswith('no frame for ')
    assert log.count('no frame for') == 1
    bench.feed(until=lambda: log.count('camera front: frames arrive') == 1)
    assert peer.component('camera front').level == DiagnosticStatus.OK


def test_a_camera_that_comes_and_goes_is_told_of_once(logged):
    bench, log = logged({'camera_timeout_s': 0.2})
    bench.start()
    end_s = time.monotonic() + 3.0
    last_s = 0.0

    def now_and_then():
        nonlocal last_s
        if time.monotonic() - last_s >= 0.5:
            last_s = time.monotonic()
            bench.peer.camera.publish(grey_image())

    bench.wait(until=lambda: time.monotonic() >= end_s, meanwhile=now_and_then)
    assert log.count('no frame for') == 1 and log.count('frames arrive') == 0


def test_a_camera_without_publisher_is_named(logged):
    bench, log = logged({'cameras': ['front', 'rear'], 'traffic_sign.camera': 'rear'})
    bench.start()
    bench.wait(until=lambda: 'no publisher on' in bench.peer.component('camera rear').message)
    text = (
        'no publisher on /rtmdl/input/rear/image; nothing is remapped to it: give the launch file '
        'the image_topic of the driver, and camera_name:=rear'
    )
    assert bench.peer.component('camera rear').message == text
    assert log.count(text) == 1


@pytest.mark.parametrize(
    ('kind', 'beside', 'transport', 'wanted'),
    [
        (CompressedImage, '/compressed', 'raw', 'compressed'),
        (Image, '', 'compressed', 'raw'),
    ],
)
def test_a_camera_of_the_other_transport_is_named(logged, kind, beside, transport, wanted):
    cameras = {'cameras': ['front', 'rear'], 'rear.transport': transport}
    bench, _ = logged({**cameras, 'traffic_sign.camera': 'rear'})
    bench.start()
    topic = f'/rtmdl/input/rear/image{beside}'
    bench.peer.image_publisher(kind, topic)
    text = f'there is one on {topic}: set rear.transport to {wanted}'
    bench.wait(until=lambda: text in bench.peer.component('camera rear').message)


def test_a_topic_of_another_type_is_named(logged):
    bench, log = logged({'cameras': ['front', 'rear'], 'traffic_sign.camera': 'rear'})
    bench.start()
    other = rclpy.Context()  # no process may have one topic with two types
    rclpy.init(context=other, domain_id=bench.context.get_domain_id())
    node = Node('driver', context=other)
    node.create_publisher(CompressedImage, '/rtmdl/input/rear/image', 1)
    try:
        bench.wait(until=lambda: 'carries' in bench.peer.component('camera rear').message)
    finally:
        node.destroy_node()
        rclpy.shutdown(context=other)
    text = (
        '/rtmdl/input/rear/image carries sensor_msgs/msg/CompressedImage, not sensor_msgs/msg/Image'
        '; remap to another topic or set rear.transport'
    )
    assert log.count(text) == 1


def test_incompatible_qos_is_named(logged):
    override = f'{QOS}.reliability'
    bench, log = logged({override: 'reliable'})
    bench.start()
    peer = bench.peer
    bench.feed(
        until=lambda: 'incompatible QoS' in peer.component('camera front').message
    )
    status = peer.component('camera front')
    assert status.level == DiagnosticStatus.ERROR
    assert f'incompatible QoS on {IMAGE_TOPIC} (reliability)' in status.message
    assert log.count('incompatible QoS on') == 1


def test_a_clock_that_nobody_publishes_is_named(logged):
    bench, log = logged({'use_sim_time': True})
    bench.start()
    bench.feed(until=lambda: log.count('use_sim_time is true and nobody publishes /clock') == 1)


def test_stamps_of_another_clock_are_named(logged):
    bench, log = logged()
    bench.start()
    peer = bench.peer
    bench.feed(
        until=lambda: (
            'do not match the clock' in peer.component('camera front').message and peer.detections
        ),
        image=lambda: grey_image(stamp_ns=10**9),
    )
    assert peer.component('camera front').level == DiagnosticStatus.WARN
    assert log.count('header.stamp is 0, or counts from the start of the driver') == 1


@pytest.mark.parametrize('broken', range(6))
def test_a_task_that_raises_in_any_stage(logged, broken):
    # So low a threshold that every frame has a sign and reaches all stages.
    bench, log = logged({'traffic_sign.score_threshold': 1e-6, 'traffic_sign.segments': 2})
    bench.node.trigger_configure()
    task = bench.node._loaded.tasks[1]
    name = task.pipelines[task.planned].stages[broken].name

    def fail(work):
        raise RuntimeError('broken on purpose')

    for pipeline in task.pipelines.values():
        stages = list(pipeline.stages)
        stages[broken] = replace(stages[broken], run=fail)
        pipeline.stages = tuple(stages)
    bench.node.trigger_activate()
    peer = bench.peer

    def failures():
        return [miss for miss in peer.misses if miss.reason == DeadlineMiss.FAILED]

    bench.feed(until=lambda: len(failures()) >= 3 and len(peer.detections) >= 3)
    detail = f'stage {name}: RuntimeError: broken on purpose'
    assert {(miss.task, miss.detail) for miss in failures()} == {('traffic_sign', detail)}
    assert {message.task for message in peer.detections} == {'traffic_light'}
    told = f'task traffic_sign: stage {name} raised RuntimeError: broken on purpose (told once)'
    assert log.count(told) == 1


def test_cores_that_are_not_there_and_lanes_without_one_are_told(logged):
    cores = len(os.sched_getaffinity(0))
    lanes = min(16, cores + 1)
    tasks = {'tasks': ('traffic_light',), 'traffic_light.segments': 1}
    bench, log = logged({'lane_cores': '1023', 'lanes': lanes, **tasks})
    bench.start()
    refusal = 'lane_cores 1023 is refused (Invalid argument): this process may use '
    assert log.count(refusal) == 1
    if lanes > cores:
        assert log.count(f'lanes is {lanes} and cpu_workers 1, but the node may use') == 1
    bench.feed(until=lambda: bench.peer.detections)
    bench.wait(until=lambda: bench.peer.component('accelerator').level == DiagnosticStatus.WARN)
    accelerator = bench.peer.component('accelerator')
    assert refusal in accelerator.message
    if lanes > cores:
        assert f'lanes is {lanes} and cpu_workers 1, but the node may use' in accelerator.message
    values = {value.key: value.value for value in accelerator.values}
    usable = ','.join(str(core) for core in sorted(os.sched_getaffinity(0)))
    assert values['Cores of lanes'] == usable, 'what is in force, not what was asked for'
    assert values['SCHED_FIFO priority'] == 'off'


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    """Return a copy of the shipped zoo, to be broken."""
    return Path(shutil.copytree(default_zoo_dir(), tmp_path / 'zoo'))


def test_a_missing_weight_file_fails_configure_with_its_path(logged, zoo):
    weights = next((zoo / 'traffic_sign_recogniser').glob('*.safetensors'))
    weights.unlink()
    assert_configure_fails(logged, {'zoo_dir': str(zoo)}, str(weights))


def test_a_corrupt_weight_file_fails_configure_with_its_path(logged, zoo):
    weights = next((zoo / 'traffic_light_detector').glob('*.safetensors'))
    weights.write_bytes(weights.read_bytes()[:-100])
    assert_configure_fails(logged, {'zoo_dir': str(zoo)}, str(weights))


def test_a_missing_zoo_fails_configure_with_its_path(logged, tmp_path):
    nowhere = str(tmp_path / 'nowhere')
    assert_configure_fails(logged, {'zoo_dir': nowhere}, nowhere)


def test_a_network_that_cannot_be_cut_fails_configure_with_its_path(logged, tmp_path, small_zoo):
    least, *others = read_zoo(small_zoo / 'traffic_light_detector')
    for variant in others:
        save_small(cached_path(variant, tmp_path))
    path = save_small(cached_path(least, tmp_path))
    parameters = {
        'cache_dir': str(tmp_path), 'tasks': ['traffic_light'], 'traffic_light.segments': 8
    }  # fmt: skip
    assert_configure_fails(logged, parameters, f'{path}: cannot be cut into 8 segments')


def assert_configure_fails(logged, parameters: dict[str, object], path: str) -> None:
    """Check that the node stays unconfigured, names the path, and recovers from nothing lost."""
    bench, log = logged(parameters)
    assert not bench.node.start()
    assert log.count(path) == 1
    bench.wait(
        until=lambda: path in bench.peer.component('task traffic_light').message
    )
    assert bench.peer.component('task traffic_light').level == DiagnosticStatus.ERROR


@pytest.mark.parametrize(
    ('parameters', 'text'),
    [
        ({'traffic_light.dedline_ms': 20.0}, 'there is no parameter traffic_light.dedline_ms'),
        ({'traffic_light.deadline_ms': -1.0}, 'traffic_light.deadline_ms is -1.0; it must be from'),
        ({'lanes': 0}, 'lanes is 0; it must be from 1 to 16'),
        ({'policy': 'random'}, "policy is 'random'; it must be one of"),
        ({f'{QOS}.reliability': 'sometimes'}, "reliability is 'sometimes'; it must be one of .*re"),
        ({f'{QOS}.depth': 0}, f'{QOS}.depth is 0; it must be a whole number from 1 on'),
        ({f'{QOS}.reliabilty': 'reliable'}, f'did you mean {QOS}.reliability'),
        ({'qos_overrides./image.subscription.depth': 2}, 'there is no parameter qos_overrides./im'),
    ],
)
def test_wrong_parameters_are_named_at_start(make_bench, parameters, text):
    with pytest.raises(ParameterError, match=text):
        make_bench(parameters)


def test_a_deadline_that_cannot_be_met_is_told_at_start(logged):
    bench, log = logged({'traffic_sign.deadline_ms': 1.0})
    bench.start()
    assert log.count('task traffic_sign takes') == 1
    assert log.count('no frame can be on time; raise traffic_sign.deadline_ms') == 1


def test_a_trace_that_cannot_be_written_is_told_and_the_node_stops_all_the_same(logged, tmp_path):
    (tmp_path / 'file').write_text('')
    bench, log = logged({'trace_file': str(tmp_path / 'file' / 'trace.json')})
    bench.start()
    told = f'trace_file {tmp_path}/file/trace.json: cannot be written'
    assert log.count(told) == 1, 'before there is one that is lost'
    assert bench.call(bench.node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
    assert log.count(told) == 2


def test_an_image_of_one_pixel_is_served(make_bench):
    bench = make_bench()
    bench.start()
    bench.feed(until=lambda: bench.peer.detections, image=lambda: one_pixel())


def one_pixel() -> Image:
    return Image(height=1, width=1, encoding='mono8', step=1, data=b'\x40')
