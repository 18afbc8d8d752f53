# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks to simulate from a file."""

from pathlib import Path

import pytest
import yaml

from rtmdl_ros import cli
from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.simulation.task_file import TaskFileError, read_task_file
from rtmdl_ros.workload.records import LatePolicy, Resource, Stage, Task

EXAMPLE = Path(__file__).parents[2] / 'config' / 'task_set.yaml'


def document(**changes):
    """Return a file's content with one task whose entries are changed; None takes one out."""
    stages = [
        {'name': 'pre', 'resource': 'cpu', 'time_ms': 1.5},
        {'name': 'net', 'resource': 'accelerator', 'segment': 'n', 'time_ms': [4, 3.000001, 9]},
    ]
    task = {'period_ms': 20, 'stages': stages, **changes}
    return {'tasks': {'a': {name: value for name, value in task.items() if value is not None}}}


def read(tmp_path, content):
    path = tmp_path / 'tasks.yaml'
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return read_task_file(path)


def test_constants_samples_and_defaults(tmp_path):
    (simulated,) = read(tmp_path, document()).tasks
    stages = (
        Stage('pre', Resource.CPU, 1_500_000, 1_500_000),
        Stage('net', Resource.ACCELERATOR, 3_000_001, 9_000_000, 'n'),
    )
    times = ((1_500_000,), (4_000_000, 3_000_001, 9_000_000))
    assert simulated == SimulatedTask(Task('a', stages, 20_000_000, 20_000_000), times)


def test_all_that_a_task_may_say(tmp_path):
    content = document(deadline_ms=15, priority=-3, late='run', offset_ms=2, jitter_ms=0.5)
    (simulated,) = read(tmp_path, content).tasks
    task = simulated.task
    assert (task.deadline_ns, task.priority, task.late) == (15_000_000, -3, LatePolicy.RUN)
    assert (simulated.offset_ns, simulated.jitter_ns) == (2_000_000, 500_000)


def test_a_quantile_table_is_drawn_from_evenly(tmp_path):
    stage = {'name': 'net', 'resource': 'cpu', 'time_ms': {0: 1, 0.5: 2, 1: 12}}
    (simulated,) = read(tmp_path, document(stages=[stage])).tasks
    (times,) = simulated.times
    assert len(times) == 1000
    assert times[:2] == (1_001_000, 1_003_000)  # shares 0.0005 and 0.0015, from 1 to 2 ms
    assert times[500] == 2_010_000  # share 0.5005, from 2 to 12 ms
    assert times[999] == 11_990_000
    assert list(times) == sorted(times)


def test_no_stage_is_of_no_length_which_would_mean_that_it_is_unknown(tmp_path):
    for time_ms in (0, [0, 1], {0: 0, 1: 1e-9}):
        stage = {'name': 'net', 'resource': 'cpu', 'time_ms': time_ms}
        (simulated,) = read(tmp_path, document(stages=[stage])).tasks
        assert min(simulated.times[0]) == 1


def test_slow_downs(tmp_path):
    pair = {'segment': 'n', 'beside': 'n', 'factor': 1.25}
    slow_downs = read(tmp_path, {**document(), 'slow_downs': [pair]}).slow_downs
    assert slow_downs.factors == {('n', 'n'): 1.25}


def test_an_optional_entry_that_is_empty_is_as_none(tmp_path):
    text = yaml.safe_dump(document()) + 'slow_downs:  # none measured yet\n'
    assert read(tmp_path, text).slow_downs.factors == {}


WRONG_STAGE = {'name': 'net', 'resource': 'gpu', 'time_ms': 1}


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ('- a\n', 'the file must hold entries with names'),
        ('a: [', 'not a YAML file'),
        ({}, 'tasks is missing'),
        ({'/**': {'ros__parameters': {'lanes': 2}}}, 'holds parameters of a node; tasks: config'),
        ({'tasks': {}}, 'tasks is empty'),
        ({'tasks': {'a': 3}}, 'tasks.a must hold entries with names'),
        ({**document(), 'lanes': 2}, 'lanes is not known'),
        (document(period_ms=None), 'tasks.a.period_ms is missing'),
        (document(period_ms=0), 'tasks.a.period_ms is 0; it must be at least 0.01'),
        (document(period_ms=1e-6), 'tasks.a.period_ms is 1e-06; it must be at least 0.01'),
        (document(period_ms=-1), 'tasks.a.period_ms is -1; it must be a number from 0'),
        (document(period_ms='x'), "tasks.a.period_ms is 'x'; it must be a number from 0"),
        (document(priority=0.5), 'tasks.a.priority is 0.5; it must be a whole number'),
        (document(late='never'), 'tasks.a.late is never; it must be discard or run'),
        (document(color=1), 'tasks.a.color is not known'),
        (document(stages=None), 'tasks.a.stages is missing'),
        (document(stages=3), 'tasks.a.stages must be a list'),
        (document(stages=[]), 'task a has no stage'),
        (document(stages=[WRONG_STAGE]), 'tasks.a.stages[0].resource is gpu; it must be cpu or'),
        (
            document(stages=[{'name': 'n', 'resource': 'cpu', 'time_ms': []}]),
            'tasks.a.stages[0].time_ms is empty',
        ),
        (
            document(stages=[{'name': 'n', 'resource': 'cpu', 'time_ms': {0: 1, 0.9: 2}}]),
            'tasks.a.stages[0].time_ms must give quantiles from share 0 to share 1',
        ),
        ('tasks: {a: {period_ms: {0.5: 1, 0.50: 2}}}', '0.50 is there twice; make one of both'),
        (
            document(stages=[{'name': 'n', 'resource': 'cpu', 'time_ms': {0: 3, 1: 2}}]),
            'tasks.a.stages[0].time_ms falls',
        ),
        (
            document(stages=[{'name': 'n', 'resource': 'cpu', 'time_ms': {0: 1, 'p50': 2}}]),
            "a share of tasks.a.stages[0].time_ms is 'p50'; it must be a number",
        ),
        (document(deadline_ms=0), 'tasks.a.deadline_ms is 0; it must be at least 1e-06'),
        (document(deadline_ms=1e9), 'it must be a number from 0, below 1000000000'),
        ({**document(), 'slow_downs': {}}, 'slow_downs must be a list'),
        (
            {**document(), 'slow_downs': [{'segment': 'n', 'beside': 'n', 'factor': 2}] * 2},
            'slow_downs[1] has n beside n a second time',
        ),
        (
            {**document(), 'slow_downs': [{'segment': 'n', 'beside': 'm', 'factor': 2}]},
            'slow_downs names segment m, which no stage has',
        ),
        (
            {**document(), 'slow_downs': [{'segment': 'n', 'beside': 'n', 'factor': 0.5}]},
            'slow-down of n beside n is 0.5; it must be at least 1',
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_the_file(tmp_path, content, words):
    with pytest.raises(TaskFileError) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(f'{tmp_path / "tasks.yaml"}: ')
    assert words in str(caught.value)


def test_a_missing_file(tmp_path, capsys):
    assert cli.main(['simulate', '--task-set', str(tmp_path / 'none.yaml')]) == 2
    expected = f'rtmdl simulate: {tmp_path}/none.yaml: cannot be read (No such file or directory)\n'
    assert capsys.readouterr().err == expected


def test_the_example_file_can_be_simulated(capsys):
    assert cli.main(['simulate', '--task-set', str(EXAMPLE), '--lanes', '2']) == 0
    shown = capsys.readouterr().out
    assert 'traffic_light' in shown and 'traffic_sign' in shown
