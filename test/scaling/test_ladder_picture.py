# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of a ladder, alone and as `rtmdl evaluate` makes it."""

import argparse
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from rtmdl_ros.networks.zoo import INDEX, default_zoo_dir, read_zoo, write_index
from rtmdl_ros.scaling import crop_folder, evaluate_command, report
from rtmdl_ros.scaling.ladder_picture import draw_ladder

NETWORK = 'traffic_sign_recogniser'


def evaluate(*words: str) -> int:
    """Run `rtmdl evaluate` on the recogniser."""
    parser = argparse.ArgumentParser()
    evaluate_command.add_arguments(parser)
    return evaluate_command.run(parser.parse_args(['--network', NETWORK, *words]))


def few_variants(folder: Path) -> Path:
    """Return a copy of the shipped zoo with the smallest and the largest of the recognisers."""
    shutil.copytree(default_zoo_dir(), folder)
    index = json.loads((folder / NETWORK / INDEX).read_text())
    index['variants'] = [index['variants'][0], index['variants'][-1]]
    write_index(folder / NETWORK, index)
    return folder


def test_all_variants_are_measured_and_drawn(
    tmp_path: Path, synthetic_gtsrb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each, with the time of an inference; what is larger takes longer."""
    zoo = few_variants(tmp_path / 'zoo')
    words = ('--zoo', str(zoo), '--data', str(synthetic_gtsrb), '--out', str(tmp_path / 'out'))
    assert evaluate(*words, '--variant', 'all', '--json', str(tmp_path / 'f.json')) == 0
    variants = read_zoo(zoo / NETWORK)
    figures = json.loads((tmp_path / 'f.json').read_text())
    assert list(figures) == [f'{NETWORK} {variant.id}' for variant in variants]
    least, most = figures[f'{NETWORK} {variants[0].id}'], figures[f'{NETWORK} {variants[-1].id}']
    assert 0 < least['inference_ms'] < most['inference_ms']
    assert all(0 <= found['gtsrb_top1'] <= 1 for found in figures.values())
    assert variants[0].id in capsys.readouterr().out
    image = cv2.imread(str(tmp_path / 'out' / f'{NETWORK}_ladder.png'))
    assert image is not None and image.shape == (550, 1400, 3)


def test_own_crops_are_read_before_there_is_a_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """rich before 14.1 shows one at a time and fails for the second; no set has a name of ours."""
    shown = []

    def alone(items: Iterable[object], *_: object, **__: object) -> Iterator[object]:
        assert not shown, 'a bar while there is another'
        shown.append(True)
        yield from items
        shown.clear()

    for module in (report, crop_folder):
        monkeypatch.setattr(module, 'track', alone)
    path = tmp_path / 'data' / 'val' / 'stop' / 'a.png'
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), np.full((32, 32, 3), 90, np.uint8))
    variants = read_zoo(default_zoo_dir() / NETWORK)[:2]
    figures = report.ladder_report(variants, tmp_path / 'data', 'val', tmp_path / 'out')
    assert len(figures) == 2
    for found in figures.values():
        assert {'all_top1', 'all_class_mean', 'all_top1_stop'} <= found.keys()


@pytest.mark.parametrize(
    ('option', 'name', 'problem'),
    [
        ('--out', 'file/o', '--out cannot be written to (Not a directory); give another folder'),
        ('--json', 'file/f.json', '--json cannot be written (File exists); give another file'),
        ('--json', 'folder', '--json cannot be written (it is a folder); give another file'),
        ('--zoo', 'z' * 300, '--zoo cannot be read (File name too long); correct the path'),
        ('--data', 'd' * 300, '--data cannot be read (File name too long); correct the path'),
    ],
)
def test_paths_are_tried_before_measuring(
    tmp_path: Path, option: str, name: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line with the option and the path."""
    (tmp_path / 'file').touch()
    (tmp_path / 'folder').mkdir()
    words = {'--data': str(tmp_path), '--out': str(tmp_path / 'o'), option: str(tmp_path / name)}
    assert evaluate(*(word for pair in words.items() for word in pair)) == 1
    error = capsys.readouterr().err
    assert problem in error and str(tmp_path / name.split('/')[0]) in error
    assert error.count('\n') == 1


def test_a_variant_that_there_is_not_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and the choices."""
    assert evaluate('--data', str(tmp_path), '--variant', 'w1') == 2
    assert '--variant w1: choose all, largest, w' in capsys.readouterr().err


def test_nothing_to_draw_is_an_error(tmp_path: Path) -> None:
    """Not an empty picture."""
    with pytest.raises(ValueError, match='no variants to draw'):
        draw_ladder([], 'top1', tmp_path / 'p.png')
