# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The picture of a ladder, alone and as `rtmdl evaluate` makes it."""

import argparse
import json
from pathlib import Path

import cv2
import pytest

from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.scaling import evaluate_command
from rtmdl_ros.scaling.ladder_picture import draw_ladder

NETWORK = 'traffic_sign_recogniser'


def evaluate(*words: str) -> int:
    """Run `rtmdl evaluate` on the recogniser."""
    parser = argparse.ArgumentParser()
    evaluate_command.add_arguments(parser)
    return evaluate_command.run(parser.parse_args(['--network', NETWORK, *words]))


def test_all_variants_are_measured_and_drawn(
    tmp_path: Path, synthetic_gtsrb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each, with the time of an inference; what is larger takes longer."""
    words = ('--data', str(synthetic_gtsrb), '--out', str(tmp_path / 'out'))
    assert evaluate(*words, '--variant', 'all', '--json', str(tmp_path / 'f.json')) == 0
    variants = read_zoo(default_zoo_dir() / NETWORK)
    figures = json.loads((tmp_path / 'f.json').read_text())
    assert list(figures) == [f'{NETWORK} {variant.id}' for variant in variants]
    least, most = figures[f'{NETWORK} {variants[0].id}'], figures[f'{NETWORK} {variants[-1].id}']
    assert 0 < least['inference_ms'] < most['inference_ms']
    assert all(0 <= found['gtsrb_top1'] <= 1 for found in figures.values())
    assert variants[0].id in capsys.readouterr().out
    image = cv2.imread(str(tmp_path / 'out' / f'{NETWORK}_ladder.png'))
    assert image is not None and image.shape == (550, 1400, 3)


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
