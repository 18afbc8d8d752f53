# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl scale`: what it refuses before anything is done, and a run from images to a zoo."""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from own_pictures import coco

from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.scaling import command, lessons
from rtmdl_ros.scaling.command import NETWORKS, add_arguments, run
from rtmdl_ros.scaling.recipes import RECIPES, shortened
from rtmdl_ros.scaling.recogniser import CropBatch
from rtmdl_ros.scaling.run_files import held
from rtmdl_ros.scaling.train import _Trainer


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
    assert not (tmp_path / 'zoo').exists()


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


def test_data_that_are_not_for_all_networks_are_told_before_any_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, '_scale', None)  # whatever is trained raises
    for split, shade in (('train', 10), ('val', 20)):
        coco(tmp_path / split, shade, [[10, 20, 12, 30]])  # a light
    words = ('all', '--data', str(tmp_path), '--work', str(tmp_path / 'w'))
    assert run(arguments(*words, '--out', str(tmp_path / 'zoo'))) == 1
    assert 'no train image shows an object of a known class' in capsys.readouterr().err


@pytest.fixture
def few_rendered_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render for a second, not for minutes."""
    monkeypatch.setattr(lessons, 'CROPS_PER_CLASS', 1)


@pytest.mark.usefixtures('few_rendered_crops')
def test_a_run_from_images_to_zoo(
    tmp_path: Path, synthetic_gtsrb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two steps on synthetic GTSRB files end in a zoo within its bound that can be read."""
    work = tmp_path / 'work'
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
        f'--steps 2 --seed 1 --out {tmp_path}/zoo'
    )
    assert index['training']['steps'] == index['training']['best_step'] == 2
    assert index['separate_bytes'] == sum(v.shared_bytes + v.private_bytes for v in variants)
    mean = ('--average', str(tmp_path / 'zoo'), str(tmp_path / 'zoo'), '--out', str(tmp_path / 'm'))
    assert run(arguments(*words, *mean, '--threads', '1', '--storage-mb', '0.2')) == 0
    again = json.loads((tmp_path / 'm' / 'traffic_sign_recogniser' / 'index.json').read_text())
    assert again['variants'] == index['variants']
    assert again['training']['averaged'] == [index['training']] * 2
    assert again['training']['command'].endswith(
        f'--seed 1 --out {tmp_path}/m --average {mean[1]} {mean[2]}'
    )
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


def test_start_and_out_are_two_zoos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """However they are named: what a run began with is asked for when it goes on."""
    (tmp_path / 'link').symlink_to(tmp_path / 'zoo')
    words = ('traffic_light_detector', '--data', 'd', '--start', str(tmp_path / 'link'))
    monkeypatch.chdir(tmp_path)
    for out in (('--out', str(tmp_path / 'zoo')), ()):  # without: zoo in the working folder
        assert run(arguments(*words, *out, '--work', str(tmp_path / 'w'))) == 2
        error = capsys.readouterr().err
        assert error.startswith('rtmdl scale: --start and --out are one folder, ')
        assert error.endswith('/traffic_light_detector, to be replaced; give another --out\n')
    assert not (tmp_path / 'w').exists()


@pytest.mark.usefixtures('few_rendered_crops')
def test_a_stopped_run_is_published_as_what_it_is(
    tmp_path: Path, synthetic_gtsrb: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --steps, by the schedule that its best weights were trained by."""
    data = synthetic_gtsrb.rename(tmp_path / 'my data')
    words = ('traffic_sign_recogniser', '--data', str(data), '--work', str(tmp_path / 'w'))
    words += ('--storage-mb', '0.2', '--threads', '1', '--out', str(tmp_path / 'zoo'))
    taken = _Trainer.step

    def stopping(trainer: _Trainer[CropBatch], batch: CropBatch) -> float:
        if trainer.state.step == 3:
            raise KeyboardInterrupt
        return taken(trainer, batch)

    recipe = RECIPES['traffic_sign_recogniser']
    often = replace(recipe, schedule=replace(recipe.schedule, evaluate_every=2))
    monkeypatch.setitem(RECIPES, recipe.network, often)
    monkeypatch.setattr(_Trainer, 'step', stopping)
    with pytest.raises(KeyboardInterrupt):
        run(arguments(*words, '--steps', '5'))
    assert run(arguments(*words, '--publish')) == 0
    assert not list((tmp_path / 'w').glob('*/draft*'))
    text = (tmp_path / 'zoo' / recipe.network / 'index.json').read_text()
    training = json.loads(text)['training']
    assert (training['steps'], training['best_step']) == (5, 2)
    again = f"rtmdl scale traffic_sign_recogniser --data '{data}' --storage-mb 0.2 --steps 5 "
    assert training['command'].startswith(again)


def test_a_busy_gpu_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other mistakes of torch's users are ours, and told with all that is known."""
    words = ('traffic_sign_recogniser', '--data', 'd', '--out', str(tmp_path / 'zoo'))
    words += ('--work', str(tmp_path / 'w'))

    def failing(error: Exception) -> None:
        def scale(*_: object) -> None:
            raise error

        monkeypatch.setattr(command, '_scale', scale)

    failing(torch.cuda.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 MiB.'))
    assert run(arguments(*words)) == 1
    assert capsys.readouterr().err == (
        'rtmdl scale: the GPU cannot be used (CUDA out of memory. Tried to allocate 2 MiB.); '
        'give --device cpu or end what else uses the GPU\n'
    )
    failing(RuntimeError('shapes differ'))
    with pytest.raises(RuntimeError, match='shapes differ'):
        run(arguments(*words))


def test_a_work_folder_is_for_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Told before data are read; what it has learned so far can be published."""
    work = tmp_path / 'w' / 'traffic_light_detector'
    words = ('traffic_light_detector', '--data', str(tmp_path), '--work', str(work.parent))
    words += ('--out', str(tmp_path / 'zoo'), '--threads', '1')
    with held(work):
        assert run(arguments(*words)) == 1
        problem = f'{work}: another rtmdl scale (process {os.getpid()}) is training in it'
        assert problem in capsys.readouterr().err
        assert run(arguments(*words, '--publish')) == 1
        assert 'traffic_light: is missing' in capsys.readouterr().err
