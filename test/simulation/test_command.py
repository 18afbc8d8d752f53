# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl simulate`."""

import json

import pytest

from rtmdl_ros import cli


def test_a_table_of_tasks_and_a_file(capsys, tmp_path):
    path = tmp_path / 'new' / 'figures.json'
    arguments = f'simulate --tasks 3 --duration 1 --lanes 2 --policy edf --json {path}'
    assert cli.main(arguments.split()) == 0
    shown = capsys.readouterr().out
    assert 'task2' in shown and 'seed 0' in shown
    figures = json.loads(path.read_text())
    assert figures['options']['policy'] == 'edf'
    (whole,) = figures['sets']
    assert whole['released'] == sum(part['released'] for part in whole['tasks']) > 0
    assert set(whole['response']) == {'p50_ns', 'p95_ns', 'p99_ns', 'max_ns'}


def test_several_sets_are_lines_of_one_table(capsys):
    assert cli.main(['simulate', '--sets', '3', '--seed', '5', '--duration', '0.2']) == 0
    shown = capsys.readouterr().out
    assert all(f'seed {seed}' in shown for seed in (5, 6, 7)) and 'task' not in shown


def test_a_file_that_cannot_be_written_is_a_failure(capsys, tmp_path):
    arguments = f'simulate --duration 0.1 --json {tmp_path}'
    assert cli.main(arguments.split()) == 1
    shown = capsys.readouterr()
    assert f'{tmp_path}: --json cannot be written (it is a folder)' in shown.err
    assert shown.out == '', 'before it is simulated'


def test_a_disk_that_is_full_is_told_in_a_line_beside_the_table(capsys, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('pathlib.Path.write_bytes', full)
    path = tmp_path / 'figures.json'
    assert cli.main(f'simulate --duration 0.1 --json {path}'.split()) == 1
    out, error = capsys.readouterr()
    assert error == (
        f'rtmdl simulate: {path}: cannot be written (No space left on device); give another '
        'place, or rights or room\n'
    )
    assert 'task0' in out


def test_names_of_tasks_may_have_brackets(capsys, tmp_path):
    path = tmp_path / 'tasks.yaml'
    stages = 'stages: [{name: s, resource: cpu, time_ms: 1}]'
    names = 'cam[left]', 'cam[/left]'
    tasks = ', '.join(f"'{name}': {{period_ms: 10, {stages}}}" for name in names)
    path.write_text(f'tasks: {{{tasks}}}')
    assert cli.main(['simulate', '--task-set', str(path), '--duration', '0.1']) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in names)


def test_impossible_tasks_are_wrong_use(capsys):
    assert cli.main(['simulate', '--tasks', '2', '--utilization', '3']) == 2
    assert '2 tasks do not reach a utilization of 3' in capsys.readouterr().err


@pytest.mark.parametrize('option', ['--tasks', '--utilization'])
def test_what_is_of_random_tasks_is_refused_beside_a_task_set(capsys, option):
    assert cli.main(['simulate', '--task-set', 'nowhere.yaml', option, '3']) == 2
    assert f'{option} is of random tasks; leave it out' in capsys.readouterr().err


@pytest.mark.parametrize(
    'wrong',
    ['--tasks 0', '--sets 1.5', '--lanes -1', '--duration 0', '--utilization x', '--policy lifo'],
)
def test_wrong_options_are_named(capsys, wrong):
    with pytest.raises(SystemExit) as caught:
        cli.main(['simulate', *wrong.split()])
    assert caught.value.code == 2
    assert wrong.split()[0] in capsys.readouterr().err.splitlines()[-1]
