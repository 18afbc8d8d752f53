# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What teams do, planned: four ways, what their processes are told, where there is no ROS 2."""

import pytest
from known_callbacks import MS, setting

from rtmdl_ros.bench.callbacks import CALLBACKS
from rtmdl_ros.bench.contest_series import PolicyError, policies_of, possible
from rtmdl_ros.evidence.callback_plan import CallbackTask
from rtmdl_ros.runtime.real_time import usable_cores


def test_processes_are_told_frames_tasks_and_when_they_are_off():
    plan = setting('ros2_callback').plan
    assert plan.frames == (
        (0, 'front'), (25 * MS, 'rear'), (40 * MS, 'front'), (75 * MS, 'rear'),
        (80 * MS, 'front'), (120 * MS, 'front'), (125 * MS, 'rear'),
    )  # fmt: skip
    off = ((0, 40 * MS), (120 * MS, 160 * MS))
    assert plan.tasks == {
        'light': CallbackTask('traffic_light', 'small', 'front', off),
        'sign': CallbackTask('traffic_sign', 'large+tiny', 'rear'),
    }
    assert setting('ros2_callback').in_words() == 'light small, sign large+tiny'


def test_the_four_ways_differ_in_engine_and_executor():
    cores = len(usable_cores())
    plans = {name: setting(name).plan for name in CALLBACKS}
    assert {
        name: (plan.engine, plan.executor_threads, plan.engine_threads)
        for name, plan in plans.items()
    } == {
        'ros2_callback': ('torch', max(2, cores), 1),
        'ros2_callback_single': ('torch', 1, cores),
        'ros2_callback_onnx': ('onnx', max(2, cores), 1),
        'ros2_callback_single_onnx': ('onnx', 1, cores),
    }
    assert (setting('ros2_callback').lanes, setting('ros2_callback_single').lanes) == (
        max(2, cores), 1,
    )  # fmt: skip
    assert all(name == way.name for name, way in CALLBACKS.items())


def test_without_ros_they_are_left_out_and_told(capsys):
    usual = policies_of(['usual'])
    assert possible(usual, with_ros=True) == usual
    assert not set(possible(usual, with_ros=True, on_cpu=False)) & set(CALLBACKS)
    assert 'need --device cpu' in capsys.readouterr().err
    assert possible(('fifo',), with_ros=False) == ('fifo',)
    assert capsys.readouterr().err == ''
    assert possible(usual, with_ros=False) == usual[4:]
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        line == f'left out: {", ".join(CALLBACKS)}: need ROS 2 and the workspace, see "make setup"'
    )
    for names in (['callbacks'], ['ros2_callback', 'oracle']):
        with pytest.raises(PolicyError, match=r'--policies: ros2_callback.*: need ROS 2'):
            possible(policies_of(names), with_ros=False)
