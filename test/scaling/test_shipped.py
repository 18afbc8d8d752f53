# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The shipped weights on the public tests, where the data are there."""

import argparse
import json
from pathlib import Path

import pytest

from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.rendering.signs import sign_family
from rtmdl_ros.scaling import evaluate_command
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS

DATA = Path(__file__).resolve().parents[2].parent / 'shared' / 'data'
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f'{DATA} is not there')


def evaluate(*words: str) -> int:
    """Run `rtmdl evaluate` with words."""
    parser = argparse.ArgumentParser()
    evaluate_command.add_arguments(parser)
    return evaluate_command.run(parser.parse_args(words))


def test_classes_are_the_vocabulary() -> None:
    """Pipelines and messages rely on these orders."""
    classes = {variant.network: variant.classes for variant in read_zoo(default_zoo_dir())}
    assert classes == {
        'traffic_light_detector': TRAFFIC_LIGHT_STATES,
        'traffic_sign_detector': TRAFFIC_SIGN_FAMILIES,
        'traffic_sign_recogniser': TRAFFIC_SIGNS,
    }


@needs_data
def test_recogniser_reaches_98_percent(tmp_path: Path) -> None:
    """Top-1 on the public half of the GTSRB test, through the exported network."""
    path = tmp_path / 'figures.json'
    words = ('--data', str(DATA), '--network', 'traffic_sign_recogniser', '--out', str(tmp_path))
    assert evaluate(*words, '--json', str(path)) == 0
    figures = json.loads(path.read_text())['traffic_sign_recogniser']
    assert figures['gtsrb_top1'] >= 0.98
    variant = read_zoo(default_zoo_dir() / 'traffic_sign_recogniser')[-1]
    assert figures['gtsrb_top1'] == pytest.approx(variant.accuracy['test_public_top1'], abs=5e-4)
    assert (tmp_path / 'traffic_sign_recogniser_confused.png').is_file()


@needs_data
def test_families_are_the_benchmarks() -> None:
    """Every sign's family as the label file has it."""
    labels = json.loads((DATA / 'traffic_sign_frames' / 'gtsdb' / 'labels.json').read_text())
    for category in labels['categories']:
        assert TRAFFIC_SIGNS[category['id']] == category['name']
        assert sign_family(TRAFFIC_SIGNS[category['id']]) == category['supercategory']


def test_missing_data_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and the path."""
    words = ('--data', str(tmp_path), '--network', 'traffic_light_detector')
    assert evaluate(*words, '--out', str(tmp_path / 'out')) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1 and f'{tmp_path}/traffic_light: is missing' in error


def test_unknown_network_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the choices."""
    assert evaluate('--data', str(tmp_path), '--network', 'oracle') == 2
    error = capsys.readouterr().err
    assert 'rtmdl evaluate: --network oracle: choose all, traffic_light_detector' in error
