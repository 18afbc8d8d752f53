# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime behind the engine's door, on a graph small enough to compute by hand."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from rtmdl_ros.engine.onnx_runner import EngineError, OnnxRunner


@pytest.fixture
def doubling(tmp_path: Path) -> Path:
    """Return a graph with the outputs x as float, and 2 x."""
    shape = ['n', 2, 2, 3]

    def tensor(name: str, kind: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    graph = helper.make_graph(
        [
            helper.make_node('Cast', ['image'], ['same'], to=TensorProto.FLOAT),
            helper.make_node('Add', ['same', 'same'], ['twice']),
        ],
        'doubling',
        [tensor('image', TensorProto.UINT8)],
        [tensor('same', TensorProto.FLOAT), tensor('twice', TensorProto.FLOAT)],
    )
    opsets = [helper.make_opsetid('', 17)]
    path = tmp_path / 'doubling.onnx'
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def test_outputs_come_in_the_order_of_the_graph(doubling):
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    same, twice = OnnxRunner(doubling).run(images)
    assert same.dtype == np.float32
    assert np.array_equal(same, images)
    assert np.array_equal(twice, 2.0 * images)


def test_lanes_may_run_one_network_at_once(doubling):
    runner = OnnxRunner(doubling)
    images = [np.full((1, 2, 2, 3), value, np.uint8) for value in range(50)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(runner.run, images))
    assert [int(twice[0, 0, 0, 0]) for _, twice in results] == list(range(0, 100, 2))


@pytest.mark.parametrize('content', [None, b'', b'no graph'])
def test_a_file_that_is_no_network_is_named(tmp_path, content):
    path = tmp_path / 'broken.onnx'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=f'{path}: ONNX Runtime cannot load it'):
        OnnxRunner(path)
