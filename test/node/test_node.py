# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The running node: frames in; detections, misses, status and diagnostics out."""

import json
import math
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from diagnostic_msgs.msg import DiagnosticStatus
from node_bench import IMAGE_TOPIC, grey_image, image_of
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage
from std_srvs.srv import Trigger

from rtmdl_ros.msg import DeadlineMiss
from rtmdl_ros.node.replanning import Answer
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.planning.plan import Plan, TaskPlan
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.runtime.chrome_trace import read_chrome_trace
from rtmdl_ros.workload.reasons import Reason


def test_detections_carry_the_header_of_their_image(make_bench):
    bench = make_bench()
    bench.start()
    peer = bench.peer
    bench.feed(until=lambda: {m.task for m in peer.detections} == {'traffic_light', 'traffic_sign'})
    for message in peer.detections:
        assert message.header.frame_id == 'camera_optical_frame'
        age_s = time.time() - message.header.stamp.sec - message.header.stamp.nanosec * 1e-9
        assert 0 < age_s < 60
        assert 0 < message.response_ms < 2000
        assert message.frame_age_ms >= message.response_ms - 1.0
        assert message.variant


@pytest.mark.parametrize('function', ['traffic_light', 'traffic_sign'])
def test_a_detector_in_segments_finds_the_same(make_bench, function):
    pixels = Track(1, 640, 480).frame(70).image
    found = {}
    for segments in (1, 3):
        bench = make_bench({
            'tasks': [function], 'choice': 'planned', f'{function}.segments': segments
        })  # fmt: skip
        bench.start()
        bench.feed(until=lambda: len(bench.peer.detections) >= 3, image=lambda: image_of(pixels))  # noqa: B023
        found[segments] = [message.detections for message in bench.peer.detections[:3]]
        bench.call(bench.node.trigger_deactivate)
    for whole, cut in zip(found[1], found[3], strict=True):
        assert whole
        assert [thing.class_name for thing in cut] == [thing.class_name for thing in whole]
        for one, other in zip(cut, whole, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-4)
            for side in ('center_x', 'center_y', 'size_x', 'size_y'):
                assert getattr(one, side) == pytest.approx(getattr(other, side), abs=1e-4)


def test_counters_add_up_after_deactivation(make_bench):
    bench = make_bench()
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) >= 20)
    session = bench.node._session
    bench.call(bench.node.trigger_deactivate)
    for task in session._runtime.statistics().tasks:
        ended = task.on_time + task.late + task.superseded + task.discarded + task.failed
        assert task.released == ended > 0
        assert task.in_flight == 0


def test_status_is_drawable_and_adds_up(make_bench):
    bench = make_bench()
    bench.start()
    peer = bench.peer
    bench.feed(until=lambda: peer.statuses and peer.statuses[-1].tasks[0].on_time >= 5)
    status = peer.statuses[-1]
    assert (status.policy, status.cpu_workers, status.lanes) == ('fixed_priority', 1, 1)
    assert 0 < status.accelerator_utilization <= 1
    for task in status.tasks:
        ended = task.on_time + task.late + task.superseded + task.discarded + task.failed
        assert task.released == ended + task.in_flight
        assert task.camera == 'front'
        assert task.deadline_ms == 2000.0
        assert all(
            math.isfinite(value)
            for value in (task.rate_hz, task.response_p50_ms, task.response_p99_ms)
        )


def test_missed_deadlines_are_told_with_their_reason(make_bench):
    bench = make_bench({'traffic_light.deadline_ms': 1.0, 'traffic_sign.deadline_ms': 1.0,
                        'traffic_sign.late': 'run'})  # fmt: skip
    bench.start()
    peer = bench.peer

    def reasons(task):
        return {miss.reason for miss in peer.misses if miss.task == task}

    bench.feed(
        until=lambda: (
            DeadlineMiss.DISCARDED in reasons('traffic_light')
            and DeadlineMiss.LATE in reasons('traffic_sign')
        )
    )
    assert not [m for m in peer.detections if m.task == 'traffic_light']
    assert [m for m in peer.detections if m.task == 'traffic_sign']
    late = next(miss for miss in peer.misses if miss.reason == DeadlineMiss.LATE)
    assert late.deadline_ms == 1.0
    assert late.response_ms > 1.0
    assert late.header.frame_id == 'camera_optical_frame'
    bench.feed(until=lambda: peer.component('task traffic_light').level == DiagnosticStatus.ERROR)
    assert 'missed the deadline of 1 ms' in peer.component('task traffic_light').message


def test_diagnostics_name_every_component(make_bench):
    bench = make_bench({'warn_miss_ratio': 1.0, 'error_miss_ratio': 1.0})
    peer = bench.peer
    bench.wait(until=lambda: peer.component('task traffic_sign').message == 'unconfigured')
    bench.start()
    bench.feed(
        until=lambda: (
            peer.component('camera front').message.endswith('frames a second')
            and 'missed the deadline' in peer.component('task traffic_light').message
        )
    )
    names = {status.name for status in peer.diagnostics[-1].status}
    assert names == {
        'rtmdl: task traffic_light', 'rtmdl: task traffic_sign', 'rtmdl: camera front',
        'rtmdl: accelerator',
    }  # fmt: skip
    for status in peer.diagnostics[-1].status:
        assert status.level == DiagnosticStatus.OK, status
        assert status.hardware_id
        assert status.values
    values = {value.key: value.value for value in peer.component('accelerator').values}
    assert values['Engine'] == 'ONNX Runtime, CPU'


def test_compressed_images_come_from_the_topic_below(make_bench):
    bench = make_bench({'front.transport': 'compressed'})
    bench.start()
    camera = bench.peer.image_publisher(CompressedImage, f'{IMAGE_TOPIC}/compressed')
    raw = grey_image()
    pixels = np.frombuffer(raw.data, np.uint8).reshape(raw.height, raw.width, 3)
    data = cv2.imencode('.jpg', pixels)[1].tobytes()
    bench.wait(
        until=lambda: bench.peer.detections,
        meanwhile=lambda: camera.publish(
            CompressedImage(header=raw.header, format='jpeg', data=data)
        ),
    )


def test_parameters_change_between_jobs(make_bench):
    bench = make_bench({'admission': 'warn'})
    bench.start()
    results = bench.node.set_parameters([
        Parameter('traffic_light.deadline_ms', value=1.0),
        Parameter('traffic_light.deadline_ms', value=0.2),
        Parameter('traffic_light.deadline_ms', value=2),  # others may rely on the type declared
        Parameter('traffic_sign.late', value='sometimes'),
        Parameter('lanes', value=2),
    ])  # fmt: skip
    assert [result.successful for result in results] == [True] + 4 * [False]
    assert 'traffic_light.deadline_ms' in results[1].reason
    assert 'DOUBLE' in results[2].reason
    assert "must be one of 'discard', 'run'" in results[3].reason
    bench.feed(until=lambda: [m for m in bench.peer.misses if m.task == 'traffic_light'])
    assert bench.peer.misses[-1].deadline_ms == 1.0


def test_a_deadline_that_breaks_promises_is_refused_with_a_reason(make_bench):
    # Short ones: with 2 s, dozens of jobs would be under way at once in simulation.
    short = {f'{task}.deadline_ms': 33.0 for task in ('traffic_light', 'traffic_sign')}
    bench = make_bench(short)
    bench.start()

    def change(name, value):
        (result,) = bench.node.set_parameters([Parameter(name, value=value)])
        return result

    def too_short():
        return change('traffic_light.deadline_ms', 1.0)

    bench.wait(until=lambda: 'still being simulated' not in too_short().reason, timeout_s=100.0)
    refused = too_short()
    assert not refused.successful
    assert 'traffic_light.deadline_ms is 1, too short beside the other tasks (' in refused.reason
    least_ms = float(refused.reason.partition('give at least ')[2].partition(',')[0])
    assert 1.0 < least_ms < 33.0
    assert change('traffic_light.deadline_ms', 32.9).successful
    refused = change('traffic_sign.accuracy_floor', 0.999)
    assert 'traffic_sign.accuracy_floor is 0.999, above its best variant' in refused.reason
    assert change('admission', 'warn').successful
    assert change('traffic_light.deadline_ms', 1.0).successful


def test_a_plan_is_swapped_without_losing_a_frame(make_bench):
    bench = make_bench({'tasks': ['traffic_light'], 'choice': 'planned', 'admission': 'warn'})
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) >= 5)
    session = bench.node._session
    task = session._tasks['traffic_light']
    plan = Plan({'traffic_light': TaskPlan(task.planned, 7, (), 0.0, 1.0)}, {}, 0, 0, 0, 1, True)
    session.follow(Answer(plan, {}))
    bench.feed(until=lambda: len(bench.peer.detections) >= 10)
    assert bench.peer.misses == []
    sequences = [message.sequence for message in bench.peer.detections]
    assert sequences == list(range(len(sequences)))
    bench.wait(until=lambda: bench.peer.statuses[-1].tasks[0].priority == 7)


def test_without_a_choice_jobs_take_the_planned_variant_whatever_else_is_loaded(
    make_bench, small_zoo, tmp_path
):
    least, *_, most = (each.name for each in ladder('traffic_light', small_zoo))
    path = tmp_path / 'plan.yaml'
    path.write_text(
        f'tasks: {{traffic_light: {{variant: {least}, priority: 1, resident: [{least}, {most}]}}}}'
    )
    bench = make_bench({
        'tasks': ['traffic_light'], 'choice': 'planned', 'admission': 'warn',
        'plan_file': str(path), 'traffic_light.deadline_ms': 5000.0,
    })  # fmt: skip
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) >= 3)
    assert {message.variant for message in bench.peer.detections} == {least}
    bench.node._session.follow(
        Answer(Plan({'traffic_light': TaskPlan(most, 1, (), 0.0, 1.0)}, {}, 0, 0, 0, 1, True), {})
    )
    bench.peer.detections.clear()
    bench.feed(until=lambda: len(bench.peer.detections) >= 5)
    assert bench.peer.detections[-1].variant == most


def test_a_plan_is_made_again_on_request(logged):
    bench, log = logged({'tasks': ['traffic_light']})
    client = bench.peer.node.create_client(Trigger, '/rtmdl/replan')
    assert client.wait_for_service(10.0)
    early = client.call_async(Trigger.Request())
    bench.wait(until=early.done)
    assert not early.result().success and 'activate it first' in early.result().message
    bench.start()
    bench.wait(until=lambda: log.count('taken over') == 1, timeout_s=60.0)
    assert client.call_async(Trigger.Request()) is not None
    bench.wait(until=lambda: log.count('taken over') == 2, timeout_s=60.0)
    assert log.count('planning in the background: asked for by service') == 1


def test_a_cleaned_up_node_starts_again(make_bench):
    bench = make_bench()
    bench.start()
    bench.call(bench.node.trigger_deactivate)
    bench.call(bench.node.trigger_cleanup)
    assert bench.node._loaded is None
    bench.start()
    bench.feed(until=lambda: bench.peer.detections)


def test_the_trace_is_written_when_deactivated(make_bench, tmp_path: Path):
    path = tmp_path / 'deep' / 'trace.json'
    bench = make_bench({'trace_file': str(path), 'traffic_light.segments': 2})
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) > 3)
    bench.call(bench.node.trigger_deactivate)
    names = {event['name'] for event in json.loads(path.read_text())['traceEvents']}
    assert {'traffic_light detect 1/2', 'traffic_sign preprocess'} <= names


def test_two_lanes_run_what_was_measured_to_be_harmless(make_bench, tmp_path: Path):
    path = tmp_path / 'trace.json'
    bench = make_bench({'lanes': 2, 'trace_file': str(path)})
    bench.start()
    loaded = bench.node._loaded
    chains = [each.stages for task in loaded.tasks for each in task.variants]
    networks = {stage.segment for chain in chains for stage in chain if stage.segment}
    assert len(networks) > 2
    assert set(loaded.slow_downs.factors) == set(product(networks, networks))
    assert all(stage.worst_ns > 0 for chain in chains for stage in chain)
    bench.feed(until=lambda: len({found.task for found in bench.peer.detections}) == 2)
    bench.call(bench.node.trigger_deactivate)
    reports = read_chrome_trace(path)
    codes = {wait.reason for report in reports for wait in report.waits}
    assert codes, 'both tasks take each frame, one CPU worker: one of them waits'
    assert Reason.SLOW_DOWN_UNKNOWN not in codes and Reason.LENGTH_UNKNOWN not in codes


def test_frames_do_not_grow_old_in_an_overload(make_bench):
    # Twice as many frames (20 a second) as its slowest stage can take, and enough time for those
    # that begin: who waits is the newest one, for no longer than one stage takes.
    bench = make_bench({
        'tasks': ['traffic_light'], 'traffic_light.segments': 1, 'traffic_light.period_ms': 50.0,
        'traffic_light.deadline_ms': 300.0,
    })  # fmt: skip
    bench.node.trigger_configure()
    for pipeline in bench.node.loaded_tasks[0].pipelines.values():
        pipeline.stages = tuple(map(slowed, pipeline.stages))
    bench.node.trigger_activate()
    bench.feed(until=lambda: len(bench.peer.detections) >= 25)
    bench.call(bench.node.trigger_deactivate)
    (task,) = bench.peer.statuses[-1].tasks
    assert task.superseded > 5, 'it was an overload'
    ages_ms = [message.frame_age_ms for message in bench.peer.detections]
    assert max(ages_ms[3:]) <= 300.0 + 50.0
    assert sorted(ages_ms[-8:])[4] < sorted(ages_ms[3:11])[4] + 50.0, 'nothing queues up'
    stamps = [m.header.stamp.sec + 1e-9 * m.header.stamp.nanosec for m in bench.peer.detections]
    assert stamps == sorted(stamps)


def slowed(stage):
    """Let the network take 100 ms more."""

    def run(work):
        time.sleep(0.1)
        return stage.run(work)

    return replace(stage, run=run) if stage.segment else stage
