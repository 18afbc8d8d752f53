# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl profile`."""

import os

import pytest
import yaml
from own_task import write_own_task

from rtmdl_ros import cli
from rtmdl_ros.profiling.profile_file import read_profile
from rtmdl_ros.profiling.request import request_of
from rtmdl_ros.workload.parameter_file import read_parameter_file

QUICK = '--rounds 1 --budget 0.05'


def test_tables_a_file_and_a_picture(capsys, tmp_path, tiny_zoo, tiny_cache):
    path = tmp_path / 'new' / 'mine.json'
    arguments = f'profile --zoo {tiny_zoo} --cache-dir {tiny_cache} --out {path} {QUICK}'
    assert cli.main(arguments.split()) == 0
    output = capsys.readouterr()
    for word in ('traffic_light', 'w25_d1_64x96+w25_d1_24x24', 'most slowed down', str(path)):
        assert word in output.out
    assert max(map(len, output.out.replace(str(tmp_path), '').splitlines())) <= 80
    assert 'measuring stages' in output.err
    profile = read_profile(path)
    assert set(profile.functions) == {'traffic_light', 'traffic_sign'}
    assert (tmp_path / 'new' / 'mine.png').is_file()
    predicted = len(profile.slow_downs.predicted)
    measured = len(profile.slow_downs.factors) - predicted
    assert f'slow-downs: {measured} measured, {predicted} predicted' in output.out


def test_one_function_into_the_cache(capsys, tiny_zoo, tiny_cache):
    core = min(os.sched_getaffinity(0))
    arguments = (
        f'profile --functions traffic_light --zoo {tiny_zoo} --cache-dir {tiny_cache} --rounds 1 '
        f'--budget 0 --segments 2 --lane-cores {core}'
    )
    assert cli.main(arguments.split()) == 0
    assert 'none measured' in capsys.readouterr().out
    (path,) = tiny_cache.glob('profile-*.json')
    profile = read_profile(path)
    assert list(profile.functions) == ['traffic_light']
    assert profile.device['segments traffic_light'] == '2'
    assert profile.device['lane_cores'] == str(core)
    assert profile.device['cores'] == str(len(os.sched_getaffinity(0)))


def test_the_tasks_of_a_parameter_file_and_a_plan_of_them(capsys, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    function = write_own_task(tmp_path, 'own_command')
    core = min(os.sched_getaffinity(0))
    file = tmp_path / 'my.param.yaml'
    values = {
        'tasks': ['near', 'far'], 'near': {'function': function, 'segments': 1},
        'far': {'function': function, 'segments': 1}, 'lane_cores': f'{core}',
        'profile_file': f'{tmp_path}/p.json', 'cache_dir': f'{tmp_path}/cache',
    }  # fmt: skip
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
    assert cli.main(['profile', '--params-file', str(file), *QUICK.split()]) == 0
    profile = read_profile(tmp_path / 'p.json')
    request = request_of(read_parameter_file(file), tmp_path)
    assert profile.device == request.device(), 'the node will take it'
    assert profile.device['lane_cores'] == f'{core}'
    assert profile.device[f'segments {function}'] == '1'
    out = tmp_path / 'plan.yaml'
    assert cli.main(['plan', '--params-file', str(file), '--out', str(out), '--seconds', '1']) == 0
    tasks = yaml.safe_load(out.read_text())['tasks']
    assert [task['variant'] for task in tasks.values()] == ['fine', 'fine']
    shown = capsys.readouterr().out
    (row,) = (line.split() for line in shown.splitlines() if line.startswith('coarse'))
    assert row[:3] == ['coarse', '0.500', '-'], 'operations are not known'
    again = ['--segments', 'auto', '--out', str(tmp_path / 'auto.json'), *QUICK.split()]
    assert cli.main(['profile', '--params-file', str(file), *again]) == 0
    by_time = read_profile(tmp_path / 'auto.json')
    assert by_time.device == {**profile.device, f'segments {function}': 'auto'}


@pytest.mark.parametrize(
    ('values', 'code', 'text'),
    [
        ({'tasks': ['lane'], 'lane.function': 'none_such.Lane'}, 1,
         'lane.function is none_such.Lane: there is no module none_such'),
        ({'tasks': ['lane']}, 2, "my.param.yaml: lane.function is 'lane'; set it"),
        ({'lane_cores': '4321'}, 2, 'my.param.yaml: lane_cores: core 4321 is not one that this'),
        (None, 2, 'my.param.yaml'),
    ],
)  # fmt: skip
def test_a_parameter_file_that_cannot_be_used(capsys, tmp_path, values, code, text):
    file = tmp_path / 'my.param.yaml'
    if values:
        file.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
    assert cli.main(['profile', '--params-file', str(file)]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('rtmdl profile: ') and text in line


def test_what_is_missing_or_cannot_be_written_is_a_failure(capsys, tmp_path, tiny_zoo):
    for arguments, message in (
        (f'--zoo {tmp_path}/none --out {tmp_path}/p.json', f'{tmp_path}/none/traffic_light'),
        (f'--zoo {tiny_zoo} --out {tmp_path}', f'{tmp_path}: cannot be written'),
    ):
        assert cli.main(['profile', *arguments.split()]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith('rtmdl profile: ') and message in line


def test_a_file_of_another_kind_is_not_lost(capsys, tmp_path):
    file = tmp_path / 'my.param.yaml'
    file.write_text('/**: {ros__parameters: {tasks: [traffic_light]}}')
    assert cli.main(['profile', '--params-file', str(file), '--out', str(file)]) == 1
    text = f'{file}: is there already and is no profile; give another file, or remove this'
    assert text in capsys.readouterr().err
    assert file.read_text().startswith('/**')


@pytest.mark.parametrize('source', ['--out', 'profile_file'])
def test_a_profile_that_its_picture_would_overwrite_is_not_measured(capsys, tmp_path, source):
    file, png = tmp_path / 'my.param.yaml', tmp_path / 'mine.png'
    values = {'profile_file': str(png)} if source == 'profile_file' else {}
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
    out = ['--out', str(png)] if source == '--out' else []
    assert cli.main(['profile', '--params-file', str(file), *out]) == 2
    output = capsys.readouterr()
    name = source if out else f'{file}: profile_file'
    text = f'rtmdl profile: {name}: {png}: the picture goes there; give another ending\n'
    assert output.err == text and not output.out
    assert not png.exists()


def test_cores_that_are_not_there_are_wrong_use(capsys):
    assert cli.main(['profile', '--lane-cores', '0,4321']) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert 'core 4321 is not one that this process may use; give some of ' in line


@pytest.mark.parametrize(
    'wrong',
    ['--functions lane', '--rounds 0', '--rounds x', '--budget -1', '--budget nan', '--segments 9',
     '--segments 0', '--lane-cores 3-1', '--lane-cores x'],
)  # fmt: skip
def test_wrong_options_are_named(capsys, wrong):
    with pytest.raises(SystemExit) as caught:
        cli.main(['profile', *wrong.split()])
    assert caught.value.code == 2
    assert wrong.split()[0] in capsys.readouterr().err.splitlines()[-1]
