# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl bench`: a quick run, and wrong use."""

import json

import pytest
import torch
from labelled_folder import write_labelled

from rtmdl_ros import cli
from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.contenders import ORACLE, OURS
from rtmdl_ros.bench.contest import run_contest
from rtmdl_ros.profiling.device import device_name

TINY = """
cameras:
  front: {period_ms: 60}
tasks:
  lights: {function: traffic_light, camera: front}
  signs: {function: traffic_sign, camera: front}
disturbances:
  - {kind: rate, camera: front, from: 0.2, to: 0.4, factor: 2}
  - {kind: absent, task: signs, from: 0.4, to: 0.6}
  - {kind: deadline, task: lights, from: 0.6, to: 0.8, factor: 0.5}
  - {kind: hog, from: 0.8, to: 1}
"""


@pytest.fixture
def workload(tmp_path):
    path = tmp_path / 'tiny.yaml'
    path.write_text(TINY)
    return str(path)


def test_a_quick_run_writes_figures_tables_and_pictures(
    workload, tmp_path, cache_dir, small_zoo, capsys
):
    out, file = tmp_path / 'out', tmp_path / 'figures.json'
    boxes = [(0, [1, 2, 4, 8])]
    frames = write_labelled(tmp_path / 'frames', ['red'], {'boxes': boxes}, {'boxes': boxes})
    policies = ['fifo', 'rtmdl_static', OURS, ORACLE]
    # Of an earlier run, and the user's own.
    for name in ('tiny-1/timeline-edf.png', 'tiny-1/timeline-mine.png', 'sweep-other.png'):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text('')
    assert cli.main(
        ['bench', workload, '--quick', '--seconds', '0.5', '--planning', '0.1',
         '--policies', *policies, '--utilization', '0.5', '1', '--json', str(file),
         '--frames', str(frames), '--out', str(out), '--zoo', str(small_zoo),
         '--cache-dir', str(cache_dir)]
    ) == 0  # fmt: skip
    table = capsys.readouterr().out
    assert max(len(line) for line in table.splitlines() if ': ' not in line) <= 80
    assert 'tiny, load 0.50' in table
    assert 'frames: 2 of 2 pictures of frames' in table
    half, full = json.loads(file.read_text())['runs']
    assert (half['utilization'], full['utilization']) == (0.5, 1.0)
    assert half['periods_ms']['front'] == pytest.approx(2 * full['periods_ms']['front'], rel=1e-6)
    for run in (half, full):
        assert (run['workload'], run['rounds'], run['duration_s']) == ('tiny', 1, 0.5)
        assert list(run['policies']) == policies
        # All see the same frames; what is simulated may have one more where a phase ends.
        counts = {
            tuple(task['released'] for task in policy['tasks'].values())
            for policy in run['policies'].values() if not policy['simulated']
        }  # fmt: skip
        assert len(counts) == 1
        for policy in run['policies'].values():
            for task in policy['tasks'].values():
                ends = ('on_time', 'late', 'superseded', 'discarded', 'failed')
                assert sum(task[end] for end in ends) == task['released'] > 0
        # One red light in every frame, and nobody knows of signs.
        for name, policy in run['policies'].items():
            assert ('labels' in policy['tasks']['lights']) == (name != ORACLE)
            assert 'labels' not in policy['tasks']['signs']
        lights = run['policies'][OURS]['tasks']['lights']
        assert lights['labels']['objects'] == lights['released']
        assert lights['labels']['objects_answered'] == lights['on_time']
    assert json.loads((out / 'tiny-1' / 'figures.json').read_text()) == full
    names = {path.relative_to(out).as_posix() for path in out.rglob('*.*')}
    pictures = ['policies', 'responses', 'labels', *(f'timeline-{name}' for name in policies[:-1])]
    assert {f'tiny-0.5/{name}.png' for name in pictures} <= names
    assert {'sweep-tiny.png', 'bench.md'} <= names
    assert 'tiny-1/timeline-edf.png' not in names
    assert {'tiny-1/timeline-mine.png', 'sweep-other.png'} <= names
    assert f'\n{device_name()}. Runs of 0.5 s. In %: of one round;' in (
        out / 'bench.md'
    ).read_text()


def test_what_was_run_is_there_when_the_next_contest_fails(
    workload, tmp_path, cache_dir, small_zoo, capsys, monkeypatch
):
    out, file = tmp_path / 'out', tmp_path / 'figures.json'
    ended = []

    def run_one(*arguments):
        if ended:
            raise ExperimentError('jobs do not end')
        ended.append(True)
        return run_contest(*arguments)

    monkeypatch.setattr('rtmdl_ros.bench.contest_series.run_contest', run_one)
    old = [out / 'tiny-0.5' / 'labels.png', out / 'sweep-tiny.png']
    for picture in old:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text('')
    assert cli.main(
        ['bench', workload, '--quick', '--seconds', '0.5', '--planning', '0.1', '--policies',
         'fifo', '--utilization', '0.5', '1', '--json', str(file), '--out', str(out),
         '--zoo', str(small_zoo), '--cache-dir', str(cache_dir)]
    ) == 1  # fmt: skip
    assert 'rtmdl bench: jobs do not end' in capsys.readouterr().err
    (run,) = json.loads(file.read_text())['runs']
    assert run['utilization'] == 0.5
    assert '## tiny, load 0.50' in (out / 'bench.md').read_text()
    assert not any(picture.exists() for picture in old)


def test_a_run_without_a_frame_is_refused_before_anything_is_run(
    tmp_path, cache_dir, small_zoo, capsys
):
    path = tmp_path / 'late.yaml'
    path.write_text(
        'cameras:\n  front: {period_ms: 2000, offset: 0.5}\n'
        'tasks:\n  lights: {function: traffic_light, camera: front}\n'
    )
    assert cli.main(
        ['bench', str(path), '--quick', '--seconds', '0.5', '--policies', 'fifo', ORACLE,
         '--out', str(tmp_path / 'out'), '--zoo', str(small_zoo), '--cache-dir', str(cache_dir)]
    ) == 1  # fmt: skip
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith('rtmdl bench: late, load ')
    assert 'no frame comes to a task within 0.5 s; lengthen --seconds' in line


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['f1'], 'f1: no such workload'),
        (['f110', '--policies', 'lifo'], '--policies: there is no lifo'),
        (['f110', '--policies', 'oracle'], 'oracle alone is not run'),
        (
            ['f110', '--utilization', '1', '1.00001'],
            '--utilization: 1.0 and 1.00001 would both be written to WORKLOAD-1; leave one out',
        ),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(arguments, message, capsys):
    assert cli.main(['bench', *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('rtmdl bench: ')
    assert message in line


def test_a_broken_file_is_told_before_anything_is_measured(tmp_path, capsys):
    path = tmp_path / 'mine.yaml'
    path.write_text(TINY.replace('kind: hog', 'kind: dog'))
    assert cli.main(['bench', str(path)]) == 2
    assert f'{path}: disturbances[3].kind is dog' in capsys.readouterr().err


def test_two_workloads_of_one_name_are_refused(workload, tmp_path, capsys):
    other = tmp_path / 'b' / 'tiny.yaml'
    other.parent.mkdir()
    other.write_text(TINY)
    assert cli.main(['bench', workload, str(other)]) == 2
    error = capsys.readouterr().err
    assert error == f'rtmdl bench: {workload} and {other}: both are called tiny; rename one\n'


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_a_gpu_that_is_not_there_ends_with_1(tmp_path, capsys):
    arguments = ['--device', 'cuda', '--policies', 'fifo', '--out', str(tmp_path)]
    assert cli.main(['bench', *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('rtmdl bench: device is cuda, but that GPU cannot be used: ')


def test_a_missing_zoo_ends_with_1(tmp_path, capsys):
    assert cli.main(['bench', '--zoo', str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err


def test_missing_frames_are_told_before_anything_is_measured(tmp_path, capsys):
    assert cli.main(['bench', '--frames', str(tmp_path), '--out', str(tmp_path / 'out')]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(f'rtmdl bench: {tmp_path}: has none of ')


def test_a_disk_that_is_full_is_told_in_a_line(monkeypatch, capsys):
    def full(series):
        raise OSError(28, 'No space left on device', 'out/bench/bench.md')

    monkeypatch.setattr('rtmdl_ros.bench.contest_series.run_series', full)
    assert cli.main(['bench']) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        'rtmdl bench: out/bench/bench.md: cannot be written (No space left on device); give '
        'another place, or rights or room'
    )


@pytest.mark.parametrize(
    ('option', 'name', 'problem'),
    [
        ('--out', 'file/out', '--out cannot be written to (Not a directory); give another folder'),
        ('--json', 'file/f.json', '--json cannot be written (File exists); give another file'),
        ('--json', '.', '--json cannot be written (it is a folder); give another file'),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_measured(
    tmp_path, capsys, monkeypatch, option, name, problem
):
    monkeypatch.setattr('rtmdl_ros.bench.contest_series.load_ladders', None)
    (tmp_path / 'file').write_text('')
    places = {'--out': tmp_path / 'out', option: tmp_path / name}
    words = [str(word) for pair in places.items() for word in pair]
    assert cli.main(['bench', '--policies', 'rtmdl', *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f'rtmdl bench: {tmp_path / name}: {problem}')
