# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl scale`: what it refuses before anything is done, and a run from images to a zoo."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.scaling.command import NETWORKS, add_arguments, run
from rtmdl_ros.scaling.recipes import RECIPES, shortened


def test_recipes_are_the_commands_networks() -> None:
    """The command's choices and the recipes are the same three."""
    assert set(NETWORKS) == set(RECIPES)
    recipe = RECIPES['traffic_light_detector']
    assert recipe.scales()[-1] == Scale(1.0, 2)
    assert shortened(recipe, 20).schedule.warmup_steps == 5


def arguments(*words: str) -> argparse.Namespace:
    """Parse words as `rtmdl scale` does."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_missing_data_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the path that was looked for."""
    words = ('traffic_light_detector', '--data', str(tmp_path), '--work', str(tmp_path / 'w'))
    assert run(arguments(*words, '--out', str(tmp_path / 'zoo'), '--threads', '1')) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1
    assert f'{tmp_path}/traffic_light: is missing' in error


def test_too_small_a_bound_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any data are read: what the least possible bound is."""
    words = ('traffic_sign_recogniser', '--data', str(tmp_path), '--work', str(tmp_path / 'w'))
    assert run(arguments(*words, '--storage-mb', '0.01', '--threads', '1')) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1
    assert '0.01 MB is too little for 12 variants of any network; give at least 0.1' in error


@pytest.mark.parametrize(
    ('option', 'value', 'problem'),
    [
        ('--threads', '0', '0: give a whole number from 1 to 1024'),
        ('--seed', '-1', '-1: give a whole number from 0 to 4294967295'),
        ('--steps', '0', '0: give a whole number from 1 to 1000000000'),
        ('--storage-mb', 'nan', 'nan: give a number from 0 to 10000'),
        ('--storage-mb', 'inf', 'inf: give a number from 0 to 10000'),
    ],
)
def test_values_that_cannot_be_are_wrong_use(
    option: str, value: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is done."""
    with pytest.raises(SystemExit) as caught:
        arguments('traffic_sign_recogniser', '--data', 'd', option, value)
    assert caught.value.code == 2
    assert f'argument {option}: {problem}' in capsys.readouterr().err


def test_a_gpu_that_is_not_there_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before data are read."""
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    assert run(arguments('traffic_sign_recogniser', '--data', 'd', '--device', 'cuda')) == 2
    assert 'scale: --device cuda: torch finds no GPU; give auto' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('option', 'name', 'problem'),
    [
        ('--out', 'file/zoo', '--out cannot be written to (Not a directory); give another folder'),
        ('--work', 'file/w', '--work cannot be written to (Not a directory); give another folder'),
        ('--data', 'd' * 300, '--data cannot be read (File name too long); correct the path'),
    ],
)
def test_folders_are_tried_before_training(
    tmp_path: Path, option: str, name: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with the option and the path."""
    (tmp_path / 'file').touch()
    options = {'--data': 'd', '--out': 'zoo', '--work': 'w', option: name}
    words = [word for each, value in options.items() for word in (each, str(tmp_path / value))]
    assert run(arguments('traffic_sign_recogniser', *words, '--threads', '1')) == 1
    assert capsys.readouterr().err == f'rtmdl scale: {tmp_path / name}: {problem}' + (
        ', or make it readable\n' if option == '--data' else ', or rights or room\n'
    )
    assert not list((tmp_path / 'w').glob('*'))


def test_a_run_from_images_to_zoo(
    tmp_path: Path, synthetic_gtsrb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two steps on synthetic GTSRB files end in a zoo within its bound that can be read."""
    work = tmp_path / 'work'
    images = np.random.default_rng(0).integers(0, 256, (86, 32, 32, 3), np.uint8)
    (work / 'rendered').mkdir(parents=True)
    np.savez(work / 'rendered' / 'crops.npz', images=images, labels=np.arange(86) % 2)
    words = ('traffic_sign_recogniser', '--data', str(synthetic_gtsrb), '--work', str(work))
    options = ('--out', str(tmp_path / 'zoo'), '--steps', '2', '--threads', '1')
    assert run(arguments(*words, *options, '--storage-mb', '0.2')) == 0
    variants = read_zoo(tmp_path / 'zoo')
    assert [v.macs for v in variants] == sorted(v.macs for v in variants)
    assert all(len(v.classes) == 43 for v in variants)
    assert all(0 <= v.accuracy['test_public_top1'] <= 1 for v in variants)
    assert variants[0].id in capsys.readouterr().out
    folder = tmp_path / 'zoo' / 'traffic_sign_recogniser'
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 200_000
    index = json.loads((folder / 'index.json').read_text())
    assert index['training']['seed'] == 1 and index['storage_bound_bytes'] == 200_000
    assert index['training']['data'][0]['licence']
    assert index['training']['command'] == (
        f'rtmdl scale traffic_sign_recogniser --data {synthetic_gtsrb} --storage-mb 0.2 '
        '--steps 2 --seed 1'
    )
    assert index['separate_bytes'] == sum(v.shared_bytes + v.private_bytes for v in variants)
    mean = ('--average', str(tmp_path / 'zoo'), str(tmp_path / 'zoo'), '--out', str(tmp_path / 'm'))
    assert run(arguments(*words, *mean, '--threads', '1', '--storage-mb', '0.2')) == 0
    again = json.loads((tmp_path / 'm' / 'traffic_sign_recogniser' / 'index.json').read_text())
    assert again['variants'] == index['variants']
    assert again['training']['averaged'] == [index['training']] * 2
    assert again['training']['command'].endswith(f'--seed 1 --average {mean[1]} {mean[2]}')
    assert 'steps' not in again['training']


def test_what_is_averaged_is_not_trained(capsys: pytest.CaptureFixture[str]) -> None:
    """Options of training beside --average are a mistake."""
    words = ('traffic_light_detector', '--data', 'd', '--average', 'a', 'b', '--steps', '5')
    assert run(arguments(*words)) == 2
    expected = 'rtmdl scale: --average trains nothing; leave out --steps\n'
    assert capsys.readouterr().err == expected


def test_a_zoo_to_average_is_looked_for_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told before the data are read or anything is rendered."""
    folders = ('--data', str(tmp_path), '--work', str(tmp_path / 'w'), '--out', str(tmp_path / 'z'))
    words = ('traffic_light_detector', *folders, '--average', str(tmp_path / 'gone'))
    assert run(arguments(*words)) == 1
    error = capsys.readouterr().err
    assert error.startswith(f'rtmdl scale: {tmp_path}/gone/traffic_light_detector: is no folder')
    assert error.count('\n') == 1
