# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The command lines of the two processes."""

from pathlib import Path

from rtmdl_ros.node.demo.commands import camera_arguments, node_arguments
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.workload.configuration import configuration_of


def test_the_camera_gets_its_parameters():
    assert camera_arguments(DemoOptions(seed=3, width=320, height=240)) == [
        '--ros-args', '-p', 'seed:=3', '-p', 'width:=320', '-p', 'height:=240',
        '-p', 'rate_hz:=30.0',
    ]  # fmt: skip


def test_every_camera_of_the_node_looks_at_the_simulated_one():
    configuration = configuration_of({'cameras': ['left', 'right']})
    options = DemoOptions(params_file=Path('my.yaml'), deadline_ms=20.0)
    assert node_arguments(options, configuration, Path('/out/trace.json')) == [
        '--ros-args', '--params-file', 'my.yaml',
        '-r', '~/input/left/image:=/camera_sim/image',
        '-r', '~/input/right/image:=/camera_sim/image',
        '-p', 'autostart:=false',
        '-p', 'trace_file:=/out/trace.json',
        '-p', 'status_period_s:=0.25',
        '-p', 'left.width:=640', '-p', 'left.height:=480',
        '-p', 'right.width:=640', '-p', 'right.height:=480',
        '-p', 'traffic_light.deadline_ms:=20.0',
        '-p', 'traffic_sign.deadline_ms:=20.0',
    ]  # fmt: skip


def test_own_footage_is_shown_as_long_as_the_demo_lasts():
    options = DemoOptions(source='drive.mp4', rate_hz=25.0, width=1280)
    assert camera_arguments(options) == [
        '--ros-args', '-p', 'source:=drive.mp4', '-p', 'loop:=true', '-p', 'rate_hz:=25.0',
        '-p', 'max_width:=1280',
    ]  # fmt: skip
    arguments = node_arguments(options, configuration_of({}), Path('t.json'))
    assert '~/input/front/image:=/video_source/image' in arguments


def test_tasks_are_planned_with_the_rate_of_own_footage():
    def periods(**options):
        made = DemoOptions(source='pictures', **options)
        arguments = node_arguments(made, configuration_of({}), Path('t.json'))
        return [argument for argument in arguments if 'period_ms' in argument]

    assert periods(rate_hz=10.0) == [
        'traffic_light.period_ms:=100.0', 'traffic_sign.period_ms:=100.0'
    ]  # fmt: skip
    assert periods(rate_hz=0.01)[0] == 'traffic_light.period_ms:=60000.0'
    assert periods(rate_hz=25.0) == [], 'about as planned'
    assert periods(rate_hz=0.0) == [], 'nobody knows that of a webcam'
    assert periods(rate_hz=10.0, params_file=Path('my.yaml')) == []


def test_without_a_deadline_that_of_the_parameters_stays():
    arguments = node_arguments(DemoOptions(), configuration_of({}), Path('t.json'))
    assert not [argument for argument in arguments if 'deadline_ms' in argument]
