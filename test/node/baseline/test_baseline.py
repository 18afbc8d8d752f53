# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A real camera and a real node that infers in its callbacks, and what they cannot use."""

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

from rtmdl_ros.bench.callback_run import run_callbacks
from rtmdl_ros.bench.callbacks import CALLBACKS, callback_setting
from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.bench.workload_file import CameraSpec, Disturbance, Kind, TaskSpec, WorkloadSpec
from rtmdl_ros.evidence.callback_plan import ONNX, TORCH, CallbackPlan, CallbackTask, write_plan
from rtmdl_ros.node.baseline import callbacks, camera
from rtmdl_ros.node.baseline.networks import pipelines_of
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.perception.pipeline import run_whole
from rtmdl_ros.profiling.everyday_frames import everyday_frames
from rtmdl_ros.workload.errors import BadInputError
from rtmdl_ros.workload.records import Outcome

# A busy machine starts the processes slowly.
pytestmark = pytest.mark.timeout(300)
MS = 1_000_000
SPEC = WorkloadSpec(
    'mine', '', None,
    {'front': CameraSpec(100.0)},
    {'light': TaskSpec('traffic_light', 'front', 10.0),
     'sign': TaskSpec('traffic_sign', 'front', 10.0)},
    (Disturbance(Kind.ABSENT, 0.5, 1.0, 'sign'),),
)  # fmt: skip


@pytest.fixture
def scenario():
    return Scenario(SPEC, 1.2, 1.0, {'front': 100 * MS})


def setting(name, scenario, zoo, cache_dir):
    # All that is looked at of a profile is what variants there are.
    functions = scenario.functions.values()
    profile = SimpleNamespace(functions={name: ladder(name, zoo) for name in functions})
    return callback_setting(CALLBACKS[name], scenario, profile, zoo, cache_dir)


@pytest.mark.parametrize('name', ['ros2_callback', 'ros2_callback_single_onnx'])
def test_frames_are_answered_and_tasks_that_are_away_get_none(name, scenario, small_zoo, cache_dir):
    passed = []
    ready = setting(name, scenario, small_zoo, cache_dir)
    jobs = run_callbacks(ready, scenario, everyday_frames(), passed.append)
    assert Counter(job.task for job in jobs) == {'light': 12, 'sign': 6}
    # Whether the machine is fast is not asked here.
    assert {job.outcome for job in jobs} <= {Outcome.ON_TIME, Outcome.LATE, Outcome.SUPERSEDED}
    answered = [job for job in jobs if job.finished]
    assert {job.task for job in answered} == {'light', 'sign'}
    for job in answered:
        assert job.variant == ready.plan.tasks[job.task].variant
        assert [span.stage for span in job.spans][:2] == ['preprocess', 'detect']
        assert job.release_ns < job.spans[0].start_ns < job.finish_ns
    executors = {span.executor for job in answered for span in job.spans}
    threads = range(ready.plan.executor_threads)
    assert executors <= {f'{kind}{number}' for kind in ('cpu', 'lane') for number in threads}
    assert sum(passed) > 1.0


def test_both_engines_find_the_same(small_zoo, cache_dir):
    variant = ladder('traffic_sign', small_zoo)[-1].name
    tasks = {'sign': CallbackTask('traffic_sign', variant, 'front')}
    plan = CallbackPlan(TORCH, 2, 1, str(small_zoo), str(cache_dir), tasks, ())
    by_torch, by_onnx = (pipelines_of(replace(plan, engine=e))['sign'] for e in (TORCH, ONNX))
    named = 0
    for frame in everyday_frames():
        expected, found = run_whole(by_onnx, frame), run_whole(by_torch, frame)
        assert [each.class_name for each in found] == [each.class_name for each in expected]
        assert np.allclose([f.score for f in found], [e.score for e in expected], atol=1e-3)
        named += len(found)
    assert named > 0
    gone = {'sign': replace(tasks['sign'], variant='none')}
    with pytest.raises(BadInputError, match=r'tasks.sign.variant is none; give one of: '):
        pipelines_of(replace(plan, tasks=gone))


def test_a_node_that_fails_ends_the_run_with_its_last_words(scenario, small_zoo, cache_dir):
    ready = setting('ros2_callback_onnx', scenario, small_zoo, cache_dir)
    tasks = {name: replace(task, variant='none') for name, task in ready.plan.tasks.items()}
    ready = replace(ready, plan=replace(ready.plan, tasks=tasks))
    with pytest.raises(ExperimentError) as caught:
        run_callbacks(ready, scenario, everyday_frames(1), lambda seconds: None)
    first, *_, last = str(caught.value).splitlines()
    assert first.startswith('rtmdl_ros.node.baseline.callbacks ended by itself with exit status 2')
    assert last.startswith('ros2_callback: tasks.light.variant is none')


@pytest.mark.parametrize('main', [camera.main, callbacks.main])
def test_wrong_use_ends_with_2_and_one_line(main, tmp_path, monkeypatch, capsys):
    for name in ('ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE'):
        monkeypatch.setenv(name, '0')  # to be what they were after the test
    assert main([]) == 2
    assert main([str(tmp_path)]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith('give the folder of the plan; rtmdl bench does')
    assert f'{tmp_path}/plan.json: ' in second


def test_a_plan_without_images_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv('ROS_DOMAIN_ID', '0')
    tasks = {'light': CallbackTask('traffic_light', 'small', 'front')}
    write_plan(tmp_path, CallbackPlan(TORCH, 2, 1, '', '', tasks, ((0, 'front'),)), [])
    assert camera.main([str(tmp_path)]) == 2
    assert 'there are no images' in capsys.readouterr().err
