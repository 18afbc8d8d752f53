# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks enabled and disabled while the node runs."""

import itertools
import time

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from diagnostic_msgs.msg import DiagnosticStatus
from node_bench import grey_image
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image
from std_srvs.srv import SetBool

CHANGES = 100


def enable(bench, client, value):
    future = client.call_async(SetBool.Request(data=value))
    bench.wait(until=future.done)
    return future.result()


def set_parameter(bench, name, value):
    """Set a parameter in the node's own thread, as its service does."""
    (result,) = bench.call(lambda: bench.node.set_parameters([Parameter(name, value=value)]))
    return result


@pytest.fixture
def client_of():
    """Return a function that makes a client of a task's service."""

    def make(bench, task):
        client = bench.peer.node.create_client(SetBool, f'/rtmdl/{task}/enable')
        assert client.wait_for_service(10.0)
        return client

    return make


def test_the_service_says_what_to_do_in_the_wrong_state(make_bench, client_of):
    bench = make_bench({'tasks': ['traffic_light']})
    answer = enable(bench, client_of(bench, 'traffic_light'), False)
    assert not answer.success
    assert answer.message == (
        'the node is unconfigured; configure and activate it first, or set the parameter '
        'traffic_light.enabled'
    )


def test_a_disabled_task_rests_and_its_counters_stay(make_bench, client_of):
    bench = make_bench()
    client = client_of(bench, 'traffic_sign')
    bench.start()
    peer = bench.peer
    bench.feed(until=lambda: {m.task for m in peer.detections} == {'traffic_light', 'traffic_sign'})
    answer = enable(bench, client, False)
    assert (answer.success, answer.message) == (True, 'traffic_sign.enabled is false')
    assert bench.node.get_parameter('traffic_sign.enabled').value is False
    bench.wait(until=lambda: status_of(bench).in_flight == 0 and not status_of(bench).enabled)
    released = status_of(bench).released
    peer.detections.clear()
    bench.feed(until=lambda: len(peer.detections) >= 5)
    assert {message.task for message in peer.detections} == {'traffic_light'}
    bench.feed(until=lambda: peer.component('task traffic_sign').message == 'disabled')
    assert peer.component('task traffic_sign').level == DiagnosticStatus.OK
    task = status_of(bench)
    assert task.released == released > 0
    assert task.released == (
        task.on_time + task.late + task.superseded + task.discarded + task.failed
    )
    answer = enable(bench, client, True)
    assert answer.success, answer.message
    bench.feed(until=lambda: 'traffic_sign' in {message.task for message in peer.detections})
    bench.wait(until=lambda: status_of(bench).enabled and status_of(bench).released > released)


def status_of(bench, task=1):
    return bench.node.session.status().tasks[task]


def test_a_task_may_rest_from_the_start(make_bench):
    bench = make_bench({'traffic_sign.enabled': False})
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) >= 3)
    assert {message.task for message in bench.peer.detections} == {'traffic_light'}
    assert (status_of(bench).released, status_of(bench).enabled) == (0, False)


def test_a_camera_is_subscribed_only_while_somebody_looks_at_it(make_bench):
    bench = make_bench({'tasks': ['traffic_light']})
    bench.start()
    camera, peer = bench.peer.camera, bench.peer
    bench.feed(until=lambda: len(peer.detections) >= 3)
    set_parameter(bench, 'traffic_light.enabled', False)
    bench.wait(until=lambda: camera.get_subscription_count() == 0)
    text = 'not subscribed: no task that is enabled looks at it'
    bench.wait(until=lambda: peer.component('camera front').message == text)
    assert peer.component('camera front').level == DiagnosticStatus.OK
    set_parameter(bench, 'traffic_light.enabled', True)
    peer.detections.clear()
    bench.feed(until=lambda: len(peer.detections) >= 3)


def test_a_task_that_others_would_pay_for_is_refused(make_bench):
    # So long a period and so short a deadline that only the light alone meets its limit.
    short = {f'{task}.deadline_ms': 33.0 for task in ('traffic_light', 'traffic_sign')}
    bench = make_bench({
        **short, 'traffic_sign.enabled': False, 'traffic_light.miss_limit': 0.0,
        'traffic_sign.deadline_ms': 1.0,
    })  # fmt: skip
    bench.start()

    def asked():
        return set_parameter(bench, 'traffic_sign.enabled', True)

    assert 'still being simulated; ask again in some seconds' in asked().reason
    bench.wait(until=lambda: 'still being simulated' not in asked().reason, timeout_s=100.0)
    refused = asked()
    assert not refused.successful
    assert refused.reason.startswith('enabling traffic_sign costs too much (')
    assert refused.reason.endswith('or set admission to warn')
    assert bench.node.get_parameter('traffic_sign.enabled').value is False
    set_parameter(bench, 'admission', 'warn')
    assert asked().successful


def test_nothing_is_lost_in_a_hundred_changes_under_load(make_bench):
    # Frames come faster than both tasks can take them.
    bench = make_bench({'admission': 'warn', 'traffic_light.deadline_ms': 30.0})
    bench.start()
    peer = bench.peer
    bench.feed(until=lambda: peer.detections and peer.statuses)
    for number in range(CHANGES):
        peer.camera.publish(grey_image())
        results = bench.node.set_parameters([
            Parameter('traffic_sign.enabled', value=number % 2 == 1),
            Parameter('traffic_light.deadline_ms', value=30.0 + number % 3),
        ])  # fmt: skip
        assert all(result.successful for result in results), results
        time.sleep(0.02)
    bench.feed(until=lambda: all(task.released for task in peer.statuses[-1].tasks))
    stamps = [m.header.stamp.sec + 1e-9 * m.header.stamp.nanosec for m in peer.diagnostics]
    gaps = [after - before for before, after in itertools.pairwise(stamps)]
    assert max(gaps) < 2.0, 'a heartbeat of 1 Hz was missed'
    session = bench.node.session
    bench.call(bench.node.trigger_deactivate)
    for task in session._runtime.statistics().tasks:
        ended = task.on_time + task.late + task.superseded + task.discarded + task.failed
        assert task.released == ended > 0
        published = {m.sequence for m in peer.detections if m.task == task.task}
        missed = {m.sequence for m in peer.misses if m.task == task.task}
        assert task.released == max(published | missed) + 1, 'numbers without a gap'
    sequences = [m.sequence for m in peer.detections if m.task == 'traffic_light']
    assert sequences == sorted(sequences)


def test_a_task_may_be_enabled_whose_camera_nobody_looked_at(make_bench, client_of):
    bench = make_bench({
        'cameras': ['front', 'rear'], 'traffic_sign.camera': 'rear', 'traffic_sign.enabled': False,
        'admission': 'warn',
    })  # fmt: skip
    bench.start()
    answer = enable(bench, client_of(bench, 'traffic_sign'), True)
    assert answer.success, answer.message
    rear = bench.peer.image_publisher(Image, '/rtmdl/input/rear/image')
    bench.wait(
        until=lambda: 'traffic_sign' in {message.task for message in bench.peer.detections},
        meanwhile=lambda: rear.publish(grey_image()),
    )


def test_parameters_changed_at_run_time_stay_at_the_next_activation(make_bench):
    bench = make_bench()
    bench.start()
    assert set_parameter(bench, 'traffic_sign.enabled', False).successful
    assert set_parameter(bench, 'traffic_light.deadline_ms', 1500.0).successful
    bench.call(bench.node.trigger_deactivate)
    assert set_parameter(bench, 'traffic_light.score_threshold', 0.9).successful
    refused = set_parameter(bench, 'traffic_light.accuracy_floor', 0.999)
    assert 'above its best variant' in refused.reason
    bench.call(bench.node.trigger_activate)
    tasks = bench.node.session._tasks
    assert not tasks['traffic_sign'].parameters.enabled
    assert tasks['traffic_light'].parameters.deadline_ms == 1500.0
    assert {p.score_threshold for p in tasks['traffic_light'].pipelines.values()} == {0.9}
    bench.feed(until=lambda: len(bench.peer.detections) >= 3)
    assert {message.task for message in bench.peer.detections} == {'traffic_light'}
