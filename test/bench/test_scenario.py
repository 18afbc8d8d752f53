# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Scenarios: periods, frames, phases and changes, by exact numbers."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from known_profile import known_profile

from rtmdl_ros.bench.cameras import Absence, Camera
from rtmdl_ros.bench.scenario import Phase, scenario_of
from rtmdl_ros.bench.workload_file import (
    CameraSpec,
    Disturbance,
    Kind,
    TaskSpec,
    WorkloadSpec,
)
from rtmdl_ros.bench.workloads import RunnableTask
from rtmdl_ros.simulation.records import Episode
from rtmdl_ros.workload.records import Resource, Stage, Task

MS = 1_000_000
SECOND = 1000 * MS
#: Lights keep a lane of `known_profile` for 1 ms on average, signs for 2.01 ms.
SPEC = WorkloadSpec(
    'mine', '', None,
    {'front': CameraSpec(10.0), 'rear': CameraSpec(20.0, 0.5)},
    {
        'light': TaskSpec('traffic_light', 'front', 0.5),
        'sign': TaskSpec('traffic_sign', 'rear'),
    },
    (
        Disturbance(Kind.RATE, 0.5, 1.0, 'front', 2.0),
        Disturbance(Kind.DEADLINE, 0.5, 0.75, 'sign', 0.5),
        Disturbance(Kind.ABSENT, 0.0, 0.25, 'light'),
        Disturbance(Kind.HOG, 0.75, 1.0),
    ),
)  # fmt: skip


def test_periods_are_stretched_to_the_load_asked_for():
    plain = scenario_of(SPEC, known_profile(), 4.0)
    assert plain.periods_ns == {'front': 10 * MS, 'rear': 20 * MS}
    assert plain.utilization == pytest.approx(1.0 / 10 + 2.01 / 20)
    loaded = scenario_of(SPEC, known_profile(), 4.0, 2 * plain.utilization)
    assert loaded.periods_ns == {'front': 5 * MS, 'rear': 10 * MS}


def test_cameras_follow_the_disturbances():
    front, rear = scenario_of(SPEC, known_profile(), 4.0).cameras()
    assert front == Camera(
        ('light',), 10 * MS, 0, (Episode(2 * SECOND, 4 * SECOND, 2.0),),
        (Absence('light', 0, SECOND),),
    )  # fmt: skip
    assert rear == Camera(('sign',), 20 * MS, 10 * MS)
    assert front.tasks_at(SECOND - 1) == ()
    assert front.tasks_at(SECOND) == ('light',)


def test_phases_tell_what_is_other_than_usual():
    scenario = scenario_of(SPEC, known_profile(), 4.0)
    calm = {'front': 1.0, 'rear': 1.0}
    fast = {'front': 2.0, 'rear': 1.0}
    phases = list(scenario.phases())
    assert phases == [
        Phase(0, SECOND, calm, {'sign': 1.0}, 0),
        Phase(SECOND, 2 * SECOND, calm, {'light': 1.0, 'sign': 1.0}, 0),
        Phase(2 * SECOND, 3 * SECOND, fast, {'light': 1.0, 'sign': 0.5}, 0),
        Phase(3 * SECOND, 4 * SECOND, fast, {'light': 1.0, 'sign': 1.0}, 1),
    ]
    assert scenario.hogs() == [(3.0, 1.0)]
    (sign,) = scenario.planned_tasks(phases[0])
    assert (sign.name, sign.period_ns, sign.deadline_ns) == ('sign', 20 * MS, 20 * MS)
    light, sign = scenario.planned_tasks(phases[2])
    assert (light.period_ns, light.deadline_ns) == (5 * MS, 5 * MS)
    assert (sign.period_ns, sign.deadline_ns) == (20 * MS, 10 * MS)
    assert len(list(scenario.undisturbed(1.0).phases())) == 1


def test_disturbances_shorter_than_a_nanosecond_make_no_phase():
    hog = Disturbance(Kind.HOG, 0.5, 0.5 + 1e-12)
    phases = scenario_of(replace(SPEC, disturbances=(hog,)), known_profile(), 4.0).phases()
    assert [(phase.start_ns, phase.end_ns) for phase in phases] == [
        (0, 2 * SECOND), (2 * SECOND, 4 * SECOND),
    ]  # fmt: skip


def test_several_processes_may_take_cores_at_once():
    hogs = (Disturbance(Kind.HOG, 0.25, 0.75), Disturbance(Kind.HOG, 0.5, 1.0))
    scenario = scenario_of(replace(SPEC, disturbances=hogs), known_profile(), 4.0)
    assert scenario.hogs() == [(1.0, 2.0), (2.0, 2.0)]
    assert [(phase.start_ns // SECOND, phase.hogs) for phase in scenario.phases()] == [
        (0, 0), (1, 1), (2, 2), (3, 1),
    ]  # fmt: skip


def test_the_runtime_is_told_of_changes_only():
    told = []
    runtime = SimpleNamespace(
        add_task=lambda task, stages: told.append(('add', task.name, task.deadline_ns)),
        change_task=lambda task: told.append(('change', task.name, task.deadline_ns)),
        remove_task=lambda name: told.append(('remove', name)),
    )
    stages = (Stage('s', Resource.CPU),)
    tasks = [
        RunnableTask(Task(name, stages, 10 * MS, 10 * MS), '', {}) for name in ('light', 'sign')
    ]
    changes = scenario_of(SPEC, known_profile(), 4.0).changes(tasks)
    for _, change in changes:
        change(runtime)
    assert [time_ns // SECOND for time_ns, _ in changes] == [0, 1, 2, 3]
    assert told == [
        ('remove', 'light'),
        ('add', 'light', 10 * MS),
        ('change', 'sign', 5 * MS),
        ('change', 'sign', 10 * MS),
    ]
