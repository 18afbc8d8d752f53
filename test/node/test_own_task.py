# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task of one's own, in one file, on the running node."""

import logging

import numpy as np
import pytest
from own_task import write_own_task

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from node_bench import image_of
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from sensor_msgs.msg import Image

from rtmdl_ros.deployment.loading import load
from rtmdl_ros.msg import DeadlineMiss
from rtmdl_ros.node.process import _RosLog
from rtmdl_ros.workload.configuration import configuration_of


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder that Python looks for modules in."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def dim():
    return image_of(np.full((30, 40, 3), 64, np.uint8))


def test_one_class_on_two_cameras(make_bench, folder):
    function = write_own_task(folder, 'own_two_cameras')
    bench = make_bench({
        'cameras': ['front', 'rear'], 'tasks': ['ahead', 'behind'],
        'ahead.function': function, 'behind.function': function, 'behind.camera': 'rear',
        'behind.score_threshold': 0.5,
    })  # fmt: skip
    bench.start()
    rear = bench.peer.image_publisher(Image, '/rtmdl/input/rear/image')

    def found(task):
        return [m for m in bench.peer.detections if m.task == task]

    bench.feed(until=lambda: found('ahead'), image=dim)
    assert not found('behind')
    ahead = found('ahead')[-1]
    assert ahead.variant == 'fine' and ahead.header.frame_id == 'camera_optical_frame'
    assert [(d.class_name, d.score) for d in ahead.detections] == [('dark', 0.75), ('bright', 0.25)]
    assert (ahead.detections[0].size_x, ahead.detections[0].size_y) == (40.0, 30.0)
    bench.wait(lambda: found('behind'), meanwhile=lambda: rear.publish(dim()))
    assert [d.class_name for d in found('behind')[-1].detections] == ['dark']
    bench.wait(lambda: bench.peer.component('task behind').message and bench.peer.statuses)
    (status,) = [t for t in bench.peer.statuses[-1].tasks if t.task == 'behind']
    assert status.camera == 'rear' and status.variant == 'fine'
    (result,) = bench.node.set_parameters([Parameter('behind.deadline_ms', value=3000.0)])
    assert result.successful, 'nobody pays for a longer one'
    (result,) = bench.node.set_parameters([Parameter('ahead.function', value='os.path')])
    assert not result.successful and 'ahead.function' in result.reason


def test_tasks_of_one_class_share_its_networks(folder):
    function = write_own_task(folder, 'own_shared')
    configuration = configuration_of({
        'cameras': ['front', 'rear'], 'tasks': ['ahead', 'behind'], 'lanes': 1,
        'ahead.function': function, 'behind.function': function, 'behind.camera': 'rear',
        'cache_dir': str(folder / 'cache'),
    })  # fmt: skip
    ahead, behind = load(configuration, lambda text: None).tasks
    for name in ('coarse', 'fine'):
        first, second = (task.pipelines[name] for task in (ahead, behind))
        assert first is not second, 'each has its own threshold'
        assert first._model is second._model


def test_tasks_of_one_class_may_all_take_what_is_loaded_of_it(folder):
    """Another plan may give any of it to any of them."""
    function = write_own_task(folder, 'own_planned')
    plan = folder / 'plan.yaml'
    plan.write_text(
        'tasks:\n'
        '  ahead: {variant: coarse, priority: 2}\n'
        '  behind: {variant: coarse, priority: 1, resident: [coarse, fine]}\n'
    )
    configuration = configuration_of({
        'tasks': ['ahead', 'behind'], 'lanes': 1, 'plan_file': str(plan),
        'ahead.function': function, 'behind.function': function,
        'cache_dir': str(folder / 'cache'),
    })  # fmt: skip
    for task in load(configuration, lambda text: None).tasks:
        assert [variant.name for variant in task.variants] == ['coarse', 'fine']
        assert set(task.pipelines) == {'coarse', 'fine'}


def failed(peer):
    """Return the misses of failed jobs: on a busy machine frames are superseded, too."""
    return [miss for miss in peer.misses if miss.reason == DeadlineMiss.FAILED]


@pytest.mark.parametrize('method', ['preprocess', 'postprocess'])
def test_what_a_class_raises_fails_the_job_only(logged, folder, method):
    line = '        size =' if method == 'preprocess' else '        score ='
    function = write_own_task(
        folder, f'own_raises_in_{method}',
        (line, f'        if image.mean() < 50:\n            raise ValueError("dark")\n{line}'),
    )  # fmt: skip
    bench, log = logged({'tasks': ['own'], 'own.function': function})
    bench.start()
    peer = bench.peer

    def black():
        return image_of(np.zeros((30, 40, 3), np.uint8))

    bench.feed(until=lambda: len(failed(peer)) >= 3, image=black)
    text = f'{function}.{method} raised ValueError: dark'
    assert all(text in miss.detail for miss in failed(peer))
    assert log.count(text) == 1
    peer.detections.clear()
    bench.feed(until=lambda: peer.detections, image=dim)


def test_an_error_with_the_name_of_a_badly_named_file_is_told_everywhere(make_bench, folder):
    """In bytes that are no UTF-8; ROS 2 refuses such a text."""
    line = '        score ='
    dark = f'        if image.mean() < 50:\n            raise OSError("caf\\udce9.png")\n{line}'
    function = write_own_task(folder, 'own_badly_named', (line, dark))
    bench = make_bench({'tasks': ['own'], 'own.function': function})
    handler = _RosLog(bench.node)
    logging.getLogger('rtmdl_ros').addHandler(handler)
    try:
        bench.start()
        peer = bench.peer
        black = image_of(np.zeros((30, 40, 3), np.uint8))
        bench.feed(until=lambda: len(failed(peer)) >= 3, image=lambda: black)
        text = f'{function}.postprocess raised OSError: caf\\udce9.png'
        assert all(text in miss.detail for miss in failed(peer))
        bench.wait(lambda: text in peer.component('task own').message)
        bench.feed(until=lambda: peer.detections, image=dim)
    finally:
        logging.getLogger('rtmdl_ros').removeHandler(handler)


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        (None, 'configure failed: own.function is none_such.Own: there is no module none_such; '),
        ([('0.75', '75')], '.variants: fine has accuracy 75; give a number from 0 to 1'),
        ([('coarse.onnx', 'gone.onnx')], '/gone.onnx is missing; put the file there'),
        ([('[None]\n', '[None].astype(float)\n')], 'does not take what preprocess returns, '),
        ([('/ 256', '/ nobody')], '.postprocess raised NameError: '),
    ],
)
def test_a_class_that_cannot_be_used_is_named(logged, folder, changes, text):
    function = 'none_such.Own'
    if changes:
        function = write_own_task(folder, f'own_{folder.name}', *changes)
    bench, log = logged({'tasks': ['own'], 'own.function': function})
    assert bench.node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert log.count(text) == 1
    bench.wait(lambda: text in bench.peer.component('task own').message)
