# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl profile`."""

import os

import pytest

from rtmdl_ros import cli
from rtmdl_ros.profiling.profile_file import read_profile

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


def test_what_is_missing_or_cannot_be_written_is_a_failure(capsys, tmp_path, tiny_zoo):
    for arguments, message in (
        (f'--zoo {tmp_path}/none --out {tmp_path}/p.json', f'{tmp_path}/none/traffic_light'),
        (f'--zoo {tiny_zoo} --out {tmp_path}', f'{tmp_path}: cannot be written'),
    ):
        assert cli.main(['profile', *arguments.split()]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith('rtmdl profile: ') and message in line


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
