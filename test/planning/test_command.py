# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl plan`, and what its modules import."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from known_problem import profile

from rtmdl_ros import cli
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.profiling.profile_file import write_profile
from rtmdl_ros.profiling.request import request_of
from rtmdl_ros.workload.parameter_file import read_parameter_file

BOTH = ('traffic_light', 'traffic_sign')


@pytest.fixture
def profile_path(tmp_path):
    path = tmp_path / 'profile.json'
    write_profile(profile(*BOTH), path)
    return path


def run(*arguments):
    """Run the command; return its exit status."""
    return cli.main(['plan', *map(str, arguments)])


def parameters(tmp_path, **values):
    """Write a parameter file."""
    path = tmp_path / 'my.param.yaml'
    path.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
    return path


def test_a_plan_with_all_its_files(tmp_path, profile_path, capsys):
    out = tmp_path / 'plan.yaml'
    figures, front = tmp_path / 'plan.json', tmp_path / 'new' / 'front.json'
    assert run('--profile', profile_path, '--out', out, '--json', figures, '--front', front) == 0
    shown = capsys.readouterr().out
    assert 'traffic_light' in shown and 'its most accurate variant' in shown
    assert re.search(r'^memory: \d+\.\d\d MB, working memory once', shown, re.MULTILINE)
    plan = yaml.safe_load(out.read_text())
    assert plan['tasks']['traffic_sign']['variant'] == 'large'
    assert json.loads(figures.read_text())['tasks']['traffic_sign']['variant'] == 'large'
    assert front.exists() and front.with_suffix('.png').exists()


def test_names_of_variants_are_not_broken(tmp_path, capsys, monkeypatch):
    both = 'w100_d1_480x800+w100_d2_32x32'
    path = tmp_path / 'profile.json'
    write_profile(profile(*BOTH, variants=((both, 2, 0.5),)), path)
    for columns, parts in (('80', [both]), ('70', ['w100_d1_480x800+', 'w100_d2_32x32'])):
        monkeypatch.setenv('COLUMNS', columns)
        assert run('--profile', path, '--out', tmp_path / 'plan.yaml') == 0
        table = capsys.readouterr().out.partition('together: ')[0]
        assert max(map(len, table.splitlines())) <= int(columns)
        assert set(parts) <= set(table.split())


def test_files_of_the_parameters(tmp_path, profile_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = parameters(
        tmp_path, tasks=['traffic_light'], profile_file=str(profile_path), plan_file='my_plan.yaml'
    )
    assert run('--params-file', file) == 0
    assert set(yaml.safe_load((tmp_path / 'my_plan.yaml').read_text())['tasks']) == {
        'traffic_light'
    }


def test_the_newest_profile_of_this_device_in_the_cache_folder(tmp_path, capsys):
    file = parameters(tmp_path, cache_dir=str(tmp_path))
    device = request_of(read_parameter_file(file), default_zoo_dir()).device()
    trained = {name: 'own' for name in device if name.startswith('zoo ')}

    def cached(number, device):
        path = tmp_path / f'profile-{number}.json'
        write_profile(replace(profile(*BOTH), device=device), path)
        os.utime(path, (number, number))

    def shown():
        assert run('--params-file', file, '--out', tmp_path / 'plan.yaml') == 0
        return capsys.readouterr().out.splitlines()

    # What lies beside it: an older one, newer ones of other tasks and networks, the newest cut off.
    cached(11, device | {'cores': '99'})
    cached(13, {name: device[name] for name in device if 'traffic_sign' not in name})
    cached(14, device | trained)
    (tmp_path / 'profile-15.json').write_text('{')
    cached(10, device | {'cores': '99'})
    difference = f"  it was measured with cores: '99', here it is {device['cores']!r}; "
    assert shown()[:2] == [
        f'profile: {tmp_path / "profile-11.json"}', difference + '`rtmdl profile` measures anew'
    ]  # fmt: skip
    cached(9, device)
    cached(12, device)
    first, second = shown()[:2]
    assert first == f'profile: {tmp_path / "profile-12.json"}'
    assert 'measured' not in second


def test_demands_that_cannot_be_met(tmp_path, profile_path, capsys):
    out = tmp_path / 'plan.yaml'
    assert run('--profile', profile_path, '--out', out, '--memory-mb', '1') == 1
    shown = capsys.readouterr().out
    assert 'memory_mb is 1, but the smallest variants need 2; raise it to 2' in shown
    assert yaml.safe_load(out.read_text())['expected']['feasible'] is False
    assert run('--profile', profile_path, '--out', out) == 0
    assert yaml.safe_load(out.read_text())['expected']['feasible'] is True
    assert run('--profile', profile_path, '--out', out, '--memory-mb', '1') == 1
    assert f'{out} is as it was; remove it to have this plan there' in capsys.readouterr().out
    assert yaml.safe_load(out.read_text())['expected']['feasible'] is True


def refused(capsys, *arguments):
    """Return the only line that a refused command says."""
    assert run(*arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith('rtmdl plan: ')
    return line


def test_a_profile_that_lacks_a_function(tmp_path, capsys):
    path = tmp_path / 'profile.json'
    write_profile(profile('traffic_light'), path)
    line = refused(capsys, '--profile', path)
    assert 'the profile has no variant of traffic_sign, the function of task traffic_sign' in line


def test_a_floor_above_the_best_variant(tmp_path, profile_path, capsys):
    file = parameters(tmp_path, **{'traffic_sign.accuracy_floor': 0.9})
    line = refused(capsys, '--profile', profile_path, '--params-file', file)
    assert 'traffic_sign.accuracy_floor is 0.9, above its best variant, large; lower it to' in line


def test_no_profile(tmp_path, capsys):
    file = parameters(tmp_path, cache_dir=str(tmp_path))
    line = refused(capsys, '--params-file', file)
    assert 'holds no profile of these networks; measure it with `rtmdl profile --params' in line
    file = parameters(tmp_path, cache_dir=str(tmp_path / ('long' * 100)))
    assert 'File name too long' in refused(capsys, '--params-file', file)
    assert 'none.json: cannot be read' in refused(capsys, '--profile', tmp_path / 'none.json')


def test_parameters_that_cannot_be_read(tmp_path, capsys):
    assert 'none.yaml: cannot be read' in refused(capsys, '--params-file', tmp_path / 'none.yaml')


def test_a_file_of_another_kind_is_not_lost(tmp_path, profile_path, capsys):
    before, file = profile_path.read_text(), parameters(tmp_path, tasks=list(BOTH))
    for option, path in (('--out', file), ('--json', file), ('--out', profile_path)):
        arguments = ('--params-file', file, '--profile', profile_path, option, path)
        assert run(*arguments) == 1
        named = '--params-file' if path is file else 'the profile'
        assert f'{path}: named by {named} and {option}; give' in capsys.readouterr().err
    task_set = (Path(__file__).parents[2] / 'config' / 'task_set.yaml').read_text()
    for text in ('- my notes', task_set):
        (tmp_path / 'other.yaml').write_text(text)
        assert run('--profile', profile_path, '--out', tmp_path / 'other.yaml') == 1
        assert 'other.yaml: is there already and is no plan; give ano' in capsys.readouterr().err
        assert (tmp_path / 'other.yaml').read_text() == text
    assert profile_path.read_text() == before and 'ros__parameters' in file.read_text()


@pytest.mark.parametrize('option', ['--json', '--front'])
def test_the_profile_of_the_parameters_is_not_lost(tmp_path, profile_path, capsys, option):
    before = profile_path.read_text()
    file = parameters(tmp_path, profile_file=str(profile_path))
    arguments = ('--params-file', file, '--out', tmp_path / 'plan.yaml')
    assert run(*arguments, option, profile_path) == 1
    assert f'{profile_path}: named by the profile and {option}; give' in capsys.readouterr().err
    assert profile_path.read_text() == before


def test_the_front_takes_the_place_of_nothing_else(tmp_path, profile_path, capsys):
    arguments = ('--profile', profile_path, '--out', tmp_path / 'plan.yaml', '--front')
    (tmp_path / 'notes.md').write_text('mine')
    assert run(*arguments, tmp_path / 'notes.md') == 1
    assert 'notes.md: is there already and is no file of figures' in capsys.readouterr().err
    assert run(*arguments, tmp_path / 'f.json', '--json', tmp_path / 'f.png') == 1
    assert 'named by the picture of --front and --json' in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_a_failure(tmp_path, profile_path, capsys):
    for option in ('--out', '--json', '--front'):
        others = [] if option == '--out' else ['--out', tmp_path / 'plan.yaml']
        assert run('--profile', profile_path, option, tmp_path, *others) == 1
        shown = capsys.readouterr()
        problem = f'{option} cannot be written (it is a folder); give another file'
        assert shown.err == f'rtmdl plan: {tmp_path}: {problem}\n'
        assert not shown.out, 'minutes of searching would be lost'


@pytest.mark.parametrize(
    'wrong',
    [
        '--storage-mb 0', '--memory-mb -1', '--seconds 0', '--seconds x', '--seed 1.5',
        '--seed -1', '--front x.png',
    ],
)
def test_wrong_options_are_named(capsys, wrong):
    with pytest.raises(SystemExit) as caught:
        run(*wrong.split())
    assert caught.value.code == 2
    assert wrong.split()[0] in capsys.readouterr().err.splitlines()[-1]


def test_planning_imports_no_engine_and_no_ros():
    code = (
        'import pkgutil, importlib, sys, rtmdl_ros.planning as room\n'
        'for each in pkgutil.iter_modules(room.__path__):\n'
        '    importlib.import_module(f"rtmdl_ros.planning.{each.name}")\n'
        'print(sorted({"torch", "onnxruntime", "rclpy", "cv2"} & set(sys.modules)))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, cwd='/'
    )
    assert done.stdout.strip() == '[]'
