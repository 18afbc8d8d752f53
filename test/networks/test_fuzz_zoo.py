# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Zoos of any content are read or refused in one line: index and weights."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import FUZZ, changed, damaged, only_documented
from safetensors.numpy import save_file

from rtmdl_ros.networks.zoo import INDEX, Variant, ZooError, read_zoo, sha256_of


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Return the folder of a tiny, right classifier."""
    folder = tmp_path_factory.mktemp('zoo') / 'tiny'
    folder.mkdir()
    weights = {'head.weight': np.ones((2, 3), np.float16), 'v.statistics': np.ones((2, 5))}
    save_file(weights, folder / 'w.safetensors')
    (folder / INDEX).write_text(json.dumps(content(folder)))
    assert read_zoo(folder)
    return folder


def content(folder):
    variant = {
        'id': 'v', 'width': 0.5, 'depth': 2, 'input_height': 16, 'input_width': 24,
        'score_threshold': 0.25, 'parameters': 6, 'macs': 7, 'shared_bytes': 12,
        'private_bytes': 40, 'accuracy': {'val_top1': 0.5},
    }  # fmt: skip
    return {
        'format': 2, 'network': 'tiny', 'kind': 'classifier', 'classes': ['a', 'b'],
        'weights': 'w.safetensors', 'weights_sha256': sha256_of(folder / 'w.safetensors'),
        'variants': [variant],
    }  # fmt: skip


@FUZZ
@given(data=st.data())
def test_a_changed_index(folder, data):
    document = data.draw(changed(content(folder)))
    read(folder, json.dumps(document).encode())


@FUZZ
@given(data=st.data())
def test_a_damaged_index(folder, data):
    read(folder, data.draw(damaged(json.dumps(content(folder)).encode())))


@FUZZ
@given(data=st.data())
def test_damaged_weights_with_a_right_checksum(folder, data):
    path = folder / 'w.safetensors'
    right = path.read_bytes()
    try:
        path.write_bytes(data.draw(damaged(right)))
        read(folder, json.dumps(content(folder)).encode())
    finally:
        path.write_bytes(right)


def test_an_index_nested_too_deep(folder):
    (folder / INDEX).write_text('[' * 100_000)
    with pytest.raises(ZooError, match='is no JSON'):
        read_zoo(folder)


def read(folder, data):
    (folder / INDEX).write_bytes(data)
    for variant in only_documented(lambda: read_zoo(folder), ZooError) or ():
        assert isinstance(variant, Variant) and variant.input_height >= 8
