# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Bytes and figures read from the indexes of zoos."""

import json
import shutil

import pytest

from rtmdl_ros.bench import storage
from rtmdl_ros.networks.zoo import ZooError, default_zoo_dir, read_zoo

NETWORK = 'traffic_sign_recogniser'


@pytest.fixture
def zoo(tmp_path):
    shutil.copytree(default_zoo_dir() / NETWORK, tmp_path / 'zoo' / NETWORK)
    return tmp_path / 'zoo'


def test_storage_is_that_of_the_files(zoo):
    (found,) = storage.storage_of(zoo)
    variants = read_zoo(zoo)
    folder = zoo / NETWORK
    assert found.network == NETWORK and found.variants == len(variants)
    assert found.weights_bytes == (folder / 'weights.safetensors').stat().st_size
    assert found.folder_bytes == sum(path.stat().st_size for path in folder.iterdir())
    assert found.folder_bytes <= found.bound_bytes
    assert found.largest_bytes == variants[-1].shared_bytes + variants[-1].private_bytes
    assert found.separate_bytes == sum(v.shared_bytes + v.private_bytes for v in variants)


@pytest.mark.parametrize('value', ['3 MB', 0])
def test_bytes_that_are_none_are_named(zoo, value):
    index = zoo / NETWORK / 'index.json'
    index.write_text(json.dumps(json.loads(index.read_text()) | {'separate_bytes': value}))
    with pytest.raises(ZooError, match=f'index.json: separate_bytes is {value!r}, not a whole'):
        list(storage.storage_of(zoo))


def test_variants_are_compared_with_ones_trained_alone(zoo, tmp_path, capsys):
    alone = tmp_path / 'alone'
    shutil.copytree(zoo, alone / 'a')
    index = alone / 'a' / NETWORK / 'index.json'
    content = json.loads(index.read_text())
    content['variants'] = content['variants'][-1:]
    accuracy = content['variants'][0]['accuracy']
    accuracy['test_public_top1'] = 0.5
    index.write_text(json.dumps(content))
    words = ['--zoo', str(zoo), '--alone', str(alone), '--out', str(tmp_path / 'out')]
    assert storage.main(words) == 0
    assert 'Trained together and alone' in capsys.readouterr().out
    rows = json.loads((tmp_path / 'out' / 'storage.json').read_text())['comparisons']
    largest = read_zoo(zoo)[-1]
    assert [(row['variant'], row['split']) for row in rows] == [
        (largest.id, 'val'), (largest.id, 'test_public')
    ]
    assert rows[0]['shared'] == rows[0]['alone'] == largest.accuracy['val_top1']
    assert (rows[1]['shared'], rows[1]['alone']) == (largest.accuracy['test_public_top1'], 0.5)
    del accuracy['test_public_top1']
    index.write_text(json.dumps(content))
    assert [each.split for each in storage.compared(zoo, alone)] == ['val']


def test_a_missing_zoo_is_one_line(tmp_path, capsys):
    assert storage.main(['--zoo', str(tmp_path / 'none'), '--out', str(tmp_path)]) == 1
    assert capsys.readouterr().err.count('\n') == 1


def test_a_missing_folder_of_zoos_is_one_line(zoo, tmp_path, capsys):
    alone = tmp_path / 'none'
    words = ['--zoo', str(zoo), '--alone', str(alone), '--out', str(tmp_path)]
    assert storage.main(words) == 1
    assert capsys.readouterr().err == (
        f'python3 -m rtmdl_ros.bench.storage: {alone}: is no folder; give --alone one with zoos in '
        'it\n'
    )
