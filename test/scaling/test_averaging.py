# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The mean of what several trainings learned."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_zoo import write_tiny_zoo

from rtmdl_ros.networks.build import shared_weights
from rtmdl_ros.networks.zoo import ZooError, read_zoo, sha256_of
from rtmdl_ros.scaling.averaging import mean_weights, trainings

LIGHTS = 'traffic_light_detector'


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Give two zoos' folders of one network, the second with twice the values."""
    one, two = (write_tiny_zoo(tmp_path / name) / LIGHTS for name in ('one', 'two'))
    path = two / 'weights.safetensors'
    doubled = {name: 2 * tensor for name, tensor in load_file(path).items()}
    save_file(doubled, path)
    change(two, weights_sha256=sha256_of(path), training={'seed': 2})
    return [one, two]


def change(folder: Path, **fields: object) -> None:
    """Set fields of a folder's index."""
    content = json.loads((folder / 'index.json').read_text())
    (folder / 'index.json').write_text(json.dumps(content | fields))


def test_each_value_is_the_mean(folders: list[Path]) -> None:
    """One and two times the same values are one and a half times the same."""
    learned = shared_weights(read_zoo(folders[0]))
    found = mean_weights(folders)
    assert set(found) == set(learned)
    for name, values in learned.items():
        torch.testing.assert_close(found[name], 1.5 * values, rtol=0, atol=0)
    assert trainings(folders) == [{}, {'seed': 2}]


def test_other_classes_are_refused(folders: list[Path]) -> None:
    """One line names the folder that does not fit the first."""
    change(folders[1], classes=['a', 'b', 'c', 'd'])
    with pytest.raises(ZooError) as caught:
        mean_weights(folders)
    assert str(caught.value) == (
        f'{folders[1]}: has other classes, or another most accurate variant, than {folders[0]}; '
        'average runs that ended with the same ones'
    )


def test_another_form_is_refused(folders: list[Path]) -> None:
    """A recogniser is no detector."""
    with pytest.raises(ZooError, match='than'):
        mean_weights([folders[0], folders[0].parent / 'traffic_sign_recogniser'])
