# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Workloads: their periods, tasks and cameras, and a run."""

from types import SimpleNamespace

import pytest

from rtmdl_ros.bench.cameras import Camera
from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.networks import LoadedFunction
from rtmdl_ros.bench.workloads import (
    RunnableTask,
    Workload,
    camera_periods,
    make_workload,
    run_workload,
)
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import Outcome, Resource, Stage, Task

MS = 1_000_000
SECOND = 1000 * MS


def function(lane_ns):
    """Return a function that keeps the lane for some time, in two segments."""
    pipeline = SimpleNamespace(stages=[SimpleNamespace(run=bool) for _ in range(3)])
    stages = (
        Stage('pre', Resource.CPU, 5 * MS),
        Stage('net 1', Resource.ACCELERATOR, lane_ns - 1),
        Stage('net 2', Resource.ACCELERATOR, 1),
    )
    return LoadedFunction(pipeline, stages)


def test_periods_give_the_load_that_is_asked_for():
    lane_ns = [30 * MS, 10 * MS]
    front, rear = camera_periods(lane_ns, 0.8)
    assert rear == pytest.approx(1.23 * front, rel=1e-6)
    assert lane_ns[0] / front + lane_ns[1] / rear == pytest.approx(0.8, rel=1e-6)


def test_tasks_are_named_ordered_and_loaded_as_said():
    functions = {'light': function(10 * MS), 'sign': function(20 * MS)}
    workload = make_workload(functions, {'front': ('light', 'sign'), 'rear': ('light',)}, 0.5)
    tasks = [each.task for each in workload.tasks]
    assert [task.name for task in tasks] == ['light_front', 'sign_front', 'light_rear']
    assert [each.function for each in workload.tasks] == ['light', 'sign', 'light']
    assert sorted(tasks, key=lambda task: -task.priority) == tasks
    assert all(task.deadline_ns == task.period_ns for task in tasks)
    front, rear = workload.cameras
    assert (front.tasks, rear.tasks) == (('light_front', 'sign_front'), ('light_rear',))
    load = sum(
        functions[each.function].lane_ns / each.task.period_ns for each in workload.tasks
    )
    assert load == pytest.approx(0.5, rel=1e-6)


def small_workload(stage):
    task = Task('t', (Stage('s', Resource.ACCELERATOR),), SECOND, 60 * SECOND)
    return Workload((RunnableTask(task, 'f', {'': (stage,)}),), (Camera(('t',), 5 * MS),))


def test_a_run_reports_every_job_without_its_payload():
    seen = []
    reports = run_workload(
        small_workload(seen.append), lambda number: f'tensors {number}', 0.02, SchedulerSettings(),
        lambda seconds: None,
    )  # fmt: skip
    assert len(reports) == 4
    assert {report.payload for report in reports} == {None}
    assert all(r.outcome in (Outcome.ON_TIME, Outcome.SUPERSEDED) for r in reports)
    assert set(seen) <= {f'tensors {number}' for number in range(4)}


def test_reports_keep_what_is_asked_for():
    reports = run_workload(
        small_workload(lambda payload: False), str, 0.02, SchedulerSettings(), lambda seconds: None,
        keep=lambda payload: f'kept {payload}',
    )  # fmt: skip
    assert sorted(report.payload for report in reports) == [f'kept {n}' for n in range(4)]


def test_a_run_with_failing_jobs_is_no_result():
    def fail(payload):
        raise OSError('no such network')

    with pytest.raises(ExperimentError, match=r'task t failed: .*no such network'):
        run_workload(small_workload(fail), str, 0.01, SchedulerSettings(), lambda seconds: None)
