# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Parameters that must fit together, and the shipped parameter file."""

from pathlib import Path

import pytest

from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.parameter_file import read_parameter_file, read_values
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.parameters import all_names

PARAMETER_FILE = Path(__file__).parents[2] / 'config' / 'rtmdl.param.yaml'


def test_defaults_run_both_functions_on_the_first_camera():
    configuration = configuration_of({})
    assert list(configuration.tasks) == ['traffic_light', 'traffic_sign']
    assert [task.function for task in configuration.tasks.values()] == list(configuration.tasks)
    assert {task.camera for task in configuration.tasks.values()} == {'front'}


@pytest.mark.parametrize(
    ('values', 'text'),
    [
        (
            {'traffic_sign.camera': 'rear'},
            "traffic_sign.camera is 'rear'; it must be one of cameras: ['front']",
        ),
        (
            {'tasks': ['mine']},
            "mine.function is 'mine'; set it to one of ['traffic_light', 'traffic_sign'] or to the "
            'dotted name of your own class, my_package.my_module.MyTask',
        ),
        (
            {'tasks': ['front'], 'front.function': 'traffic_light'},
            "'front' is the name of a camera and of a task; rename one",
        ),
        ({'lane': 2}, 'there is no parameter lane; did you mean lanes?'),
        (
            {'deadline_ms': 5.0},
            'there is no parameter deadline_ms; write whose it is: traffic_light.deadline_ms or '
            'traffic_sign.deadline_ms',
        ),
        (
            {'lane_cores': 7},
            "lane_cores is 7; it must be a text; write '7' in a file, \"'7'\" after -p",
        ),
        (
            {'zoo_dir': '~nobody-is-so/zoo'},
            'zoo_dir is ~nobody-is-so/zoo, and no such home is known; write the whole path',
        ),
        ({'trace_file': '/'}, 'trace_file is /, a folder; name a file in it'),
        (
            {'tasks': ['traffic_sign'], 'traffic_light.priority': 2},
            'there is no parameter traffic_light.priority, as traffic_light is neither in tasks '
            'nor in cameras: add it there, or remove what begins with traffic_light',
        ),
        (
            {'trafic_sign.priority': 2},
            'there is no parameter trafic_sign.priority; did you mean traffic_sign.priority?',
        ),
        (
            {'cameras': ['left'], 'front.transport': 'raw'},
            'there is no parameter front.transport, as front is neither in tasks nor in cameras: '
            'add it there, or remove what begins with front',
        ),
    ],
)
def test_contradictions_are_named(values, text):
    with pytest.raises(ParameterError) as error:
        configuration_of(values)
    assert str(error.value) == text


def test_a_second_task_of_one_function():
    configuration = configuration_of({
        'cameras': ['front', 'rear'], 'tasks': ['front_light', 'rear_light'],
        'front_light.function': 'traffic_light',
        'rear_light.function': 'traffic_light', 'rear_light.camera': 'rear',
    })  # fmt: skip
    assert configuration.tasks['rear_light'].camera == 'rear'


def test_the_shipped_file_is_complete_and_holds_the_defaults():
    names = all_names(['front'], ['traffic_light', 'traffic_sign'])
    assert set(read_values(PARAMETER_FILE)) == set(names)
    assert read_parameter_file(PARAMETER_FILE) == configuration_of({})
