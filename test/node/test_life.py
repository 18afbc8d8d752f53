# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Life of the node beside its frames: errors, memory, signals, other nodes."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from heap_waste import HeapWaste
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.node import Node

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.node import node as node_module


def test_an_unforeseen_error_is_told_and_the_node_begins_anew(logged, monkeypatch):
    bench, log = logged({'tasks': ['traffic_light']})

    def fail(*_):
        raise RuntimeError('broken on purpose')

    with monkeypatch.context() as patch:
        patch.setattr(node_module, 'load', fail)
        assert bench.node.trigger_configure() == TransitionCallbackReturn.ERROR
    assert log.count('configure failed: RuntimeError: broken on purpose') == 1
    text = 'configure failed: RuntimeError: broken on purpose'
    bench.wait(until=lambda: bench.peer.component('task traffic_light').message == text)
    bench.start()
    bench.feed(until=lambda: bench.peer.detections)


def test_a_badly_named_file_is_told(make_bench, monkeypatch):
    """In bytes that are no UTF-8; ROS 2 refuses such a text."""
    bench = make_bench({'tasks': ['traffic_light']})

    def fail(*_):
        raise EngineError('caf\udce9.onnx is missing; put the file there')

    monkeypatch.setattr(node_module, 'load', fail)
    assert bench.node.trigger_configure() == TransitionCallbackReturn.FAILURE
    text = 'configure failed: caf\\udce9.onnx is missing; put the file there'
    bench.wait(lambda: bench.peer.component('task traffic_light').message == text)


def test_an_error_at_the_end_lets_go_of_all(logged, monkeypatch):
    bench, log = logged({'tasks': ['traffic_light']})
    assert bench.call(bench.node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    threads = threading.active_count()
    assert bench.call(bench.node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    (camera,) = bench.node.session._cameras._cameras

    def fail():
        type(camera).close(camera)
        raise RuntimeError('broken on purpose')

    monkeypatch.setattr(camera, 'close', fail)
    assert bench.call(bench.node.trigger_deactivate) == TransitionCallbackReturn.ERROR
    assert log.count('deactivate failed: RuntimeError: broken on purpose') == 1
    assert (bench.node.session, bench.node._loaded) == (None, None)
    assert threading.active_count() == threads
    bench.start()
    bench.feed(until=lambda: bench.peer.detections)


def test_what_frames_leave_of_free_memory_is_given_back(make_bench, monkeypatch):
    bench = make_bench({'tasks': ['traffic_light']})
    bench.start()
    session, waste = bench.node.session, HeapWaste()

    def close():
        counters = type(session).close(session)
        waste.make()
        return counters

    monkeypatch.setattr(session, 'close', close)
    assert bench.call(bench.node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
    given_back_mb = waste.given_back_mb()
    waste.clear()
    assert given_back_mb > 80


def test_an_activation_that_fails_leaves_nothing(logged, monkeypatch):
    bench, log = logged({'tasks': ['traffic_light']})
    assert bench.call(bench.node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    threads = threading.active_count()

    def refused(*_):
        raise BlockingIOError(11, 'Resource temporarily unavailable')

    with monkeypatch.context() as patch:
        patch.setattr(node_module.PlanKeeper, 'ask', refused)
        assert bench.call(bench.node.trigger_activate) == TransitionCallbackReturn.FAILURE
    assert log.count('activate failed: [Errno 11] Resource temporarily unavailable') == 1
    assert bench.node.session is None and threading.active_count() == threads
    assert bench.node.state == 'inactive'
    assert bench.call(bench.node.trigger_activate) == TransitionCallbackReturn.SUCCESS
    bench.feed(until=lambda: bench.peer.detections)


def test_who_watches_hears_of_the_node_while_it_loads(logged, monkeypatch):
    bench, _ = logged({'tasks': ['traffic_light']})
    load = node_module.load
    text = 'configuring: loading and warming up networks'

    def slow(*arguments):
        bench.wait(until=lambda: bench.peer.component('task traffic_light').message == text)
        return load(*arguments)

    monkeypatch.setattr(node_module, 'load', slow)
    assert bench.call(bench.node.trigger_configure) == TransitionCallbackReturn.SUCCESS
    assert bench.node.state == 'inactive'


def test_memory_is_given_back_at_the_end(logged):
    bench, log = logged()
    bench.start()
    client = bench.peer.node.create_client(ChangeState, '/rtmdl/change_state')
    assert client.wait_for_service(10.0)
    bench.feed(until=lambda: len(bench.peer.detections) >= 10)
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_ACTIVE_SHUTDOWN))
    done = client.call_async(request)
    bench.feed(until=done.done)
    assert done.result().success
    (line,) = [line for line in log.lines if line.startswith('memory: ')]
    before_mb, after_mb = map(int, re.findall(r'(\d+) MB', line))
    assert after_mb < before_mb - 5


def test_a_transition_of_another_state_is_refused_and_the_node_lives(logged):
    bench, log = logged({'tasks': ['traffic_light']})
    bench.start()
    client = bench.peer.node.create_client(ChangeState, '/rtmdl/change_state')
    assert client.wait_for_service(10.0)
    for asked in (Transition(id=Transition.TRANSITION_ACTIVATE), Transition(label='activate')):
        done = client.call_async(ChangeState.Request(transition=asked))
        bench.feed(until=done.done)
        assert not done.result().success
    assert log.count('transition 3 is refused in state active; possible are deactivate (4)') == 1
    bench.feed(until=lambda: len(bench.peer.detections) >= 2)


def test_another_node_of_the_same_name_is_told_once(logged):
    bench, log = logged({'tasks': ['traffic_light']})
    twin = Node('rtmdl', context=bench.context, use_global_arguments=False)
    try:
        bench.wait(until=lambda: log.count('another node is named /rtmdl, too') == 1)
        bench.wait(until=lambda: len(bench.peer.diagnostics) >= 4)
        assert log.count('another node is named /rtmdl, too') == 1
        assert log.count('rename it with --ros-args -r __node:=other_name') == 1
    finally:
        twin.destroy_node()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_soon_and_with_a_summary(small_zoo, cache_dir, number):
    arguments = ['--ros-args', '-p', f'zoo_dir:={small_zoo}', '-p', f'cache_dir:={cache_dir}',
                 '-p', 'lanes:=1']  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, '-m', 'rtmdl_ros', *arguments], cwd='/', stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE, text=True, env=os.environ | {'PYTHONUNBUFFERED': '1'},
    )  # fmt: skip
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if 'detections on /rtmdl/traffic_sign/detections' in line:
            break
    start_s = time.monotonic()
    process.send_signal(number)
    rest, _ = process.communicate(timeout=20.0)
    took_s = time.monotonic() - start_s
    assert process.returncode == 0, ''.join(lines) + rest
    assert 'task traffic_light: 0 frames: 0 on time' in rest
    assert 'Traceback' not in rest
    assert took_s < 2.0
