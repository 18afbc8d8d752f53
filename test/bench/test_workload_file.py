# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Workload files: the shipped ones, and one line for each mistake."""

import pytest

from rtmdl_ros.bench.workload_file import (
    CameraSpec,
    Disturbance,
    Kind,
    TaskSpec,
    WorkloadError,
    WorkloadSpec,
    find_workload,
    read_workload,
    shipped_workloads,
)

GOOD = """
description: words
note: more words
utilization: 1.5
cameras:
  front: {period_ms: 20, offset: 0.25}
tasks:
  lights: {function: traffic_light, camera: front, deadline: 0.5}
disturbances:
  - {kind: rate, camera: front, from: 0.25, to: 0.5, factor: 2}
  - {kind: hog, from: 0, to: 1}
  - {kind: deadline, task: lights, from: 0.5, to: 1, factor: 0.5}
  - {kind: absent, task: lights, from: 0, to: 0.25}
"""


def test_the_shipped_ones_can_be_found_by_name():
    assert list(shipped_workloads()) == [
        'burst', 'contended', 'f110', 'large_gpu', 'mixed', 'mode_change', 'two_cameras'
    ]  # fmt: skip
    for name in shipped_workloads():
        spec = find_workload(name)
        assert spec.name == name
        assert spec.description
        assert spec.utilization


def test_a_file_is_read_as_it_stands(tmp_path):
    path = tmp_path / 'mine.yaml'
    path.write_text(GOOD)
    assert find_workload(str(path)) == WorkloadSpec(
        'mine',
        'words',
        1.5,
        {'front': CameraSpec(20.0, 0.25)},
        {'lights': TaskSpec('traffic_light', 'front', 0.5)},
        (
            Disturbance(Kind.RATE, 0.25, 0.5, 'front', 2.0),
            Disturbance(Kind.HOG, 0.0, 1.0),
            Disturbance(Kind.DEADLINE, 0.5, 1.0, 'lights', 0.5),
            Disturbance(Kind.ABSENT, 0.0, 0.25, 'lights'),
        ),
        'more words',
    )


@pytest.mark.parametrize(
    ('old', 'new', 'message'),
    [
        ('cameras:', 'camera:', 'cameras is missing'),
        ('period_ms: 20', 'period_ms: 0', 'cameras.front.period_ms is 0; give a number from 1 to'),
        ('period_ms: 20', 'period_ms: x', "cameras.front.period_ms is 'x'; it must be a number"),
        ('offset', 'ofset', 'cameras.front.ofset is not known'),
        ('traffic_light', 'lidar', 'tasks.lights.function is lidar; give one of: traffic_light, '),
        ('traffic_light', 'no_such.Task', 'is no_such.Task: there is no module no_such; put'),
        ('traffic_light', 'json.JSONDecoder', 'json.JSONDecoder is no task; derive'),
        ('camera: front, dead', 'camera: rear, dead', 'tasks.lights.camera is rear; give one of'),
        ('deadline: 0.5', 'deadline: -1', 'tasks.lights.deadline is -1'),
        ('utilization: 1.5', 'utilization: 11', 'utilization is 11; give a number from 0 to 10'),
        ('kind: hog', 'kind: [hog]', "disturbances[1].kind is ['hog']; give one of"),
        ('kind: hog', '"a\\nb": 1, kind: hog', 'disturbances[1].a b is not known'),
        ('kind: hog', 'kind: pig', 'disturbances[1].kind is pig; give one of: rate, hog, deadline'),
        ('to: 0.5', 'to: 0.2', 'disturbances[0].to is 0.2; give a share of the run after 0.25'),
        ('factor: 2', 'factor: 0', 'disturbances[0].factor is 0; give a number from 0.1 to 10'),
        ('task: lights, from: 0,', 'task: signs, from: 0,', 'disturbances[3].task is signs; give'),
        ('  front:', '  rear: {period_ms: 5}\n  front:', 'cameras.rear has no task; remove it'),
        ('  lights: {function: traffic_light, camera: front, deadline: 0.5}', '  {}', 'tasks is e'),
        ('tasks:', '}', 'not a YAML file'),
    ],
)
def test_a_mistake_gets_one_line_with_file_and_entry(tmp_path, old, new, message):
    assert old in GOOD
    path = tmp_path / 'mine.yaml'
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(WorkloadError) as caught:
        read_workload(path)
    assert str(caught.value).startswith(f'{path}: ')
    assert message in str(caught.value)
    assert '\n' not in str(caught.value)


def test_what_is_not_there_is_told_with_what_there_is(tmp_path):
    with pytest.raises(WorkloadError, match=r'f1: no such workload; .* burst, contended, f110'):
        find_workload('f1')
    with pytest.raises(WorkloadError, match='cannot be read'):
        find_workload(str(tmp_path / 'no.yaml'))
