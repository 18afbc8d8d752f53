# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks are cut into nearly equal shares of their work, or refused by name."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from small_networks import cast, save

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.segments import CuttableNetwork


@pytest.mark.parametrize('count', [2, 3, 4])
def test_segments_share_the_work(variant, cache_dir, count):
    path = cached_path(variant, cache_dir)
    network = CuttableNetwork(path)
    segments = network.cut(count)
    assert len(segments) == count
    work = [share_of(path, segment) for segment in segments]
    assert sum(work) == sum(network.work) == pytest.approx(variant.macs, rel=0.01)
    assert max(work) <= 1.6 / count * sum(work)
    assert min(work) > 0


def share_of(path: Path, segment: onnx.ModelProto) -> int:
    """Return the multiply-adds of a segment's convolutions and products, by another way."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    sizes = {
        value.name: [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
        for value in (*model.graph.value_info, *model.graph.output)
    }
    weights = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    total = 0
    for node in segment.graph.node:
        if node.op_type == 'Conv':
            _, channels, height, width = sizes[node.output[0]]
            total += channels * height * width * int(np.prod(weights[node.input[1]][1:]))
        elif node.op_type == 'Gemm':
            total += int(np.prod(weights[node.input[1]]))
    return total


def test_weights_go_only_where_they_are_used(variant, cache_dir):
    path = cached_path(variant, cache_dir)
    segments = CuttableNetwork(path).cut(3)
    held = [tensor.name for segment in segments for tensor in segment.graph.initializer]
    whole = [tensor.name for tensor in onnx.load(path).graph.initializer]
    assert {name for name in whole if 'conv' in name} <= set(held) <= set(whole)
    assert len([name for name in held if 'conv' in name]) == len(
        [name for name in whole if 'conv' in name]
    )


def test_a_cut_lies_where_few_bytes_cross(tmp_path):
    nodes = [
        cast('image', 'wide'),
        helper.make_node('Cast', ['wide'], ['narrow'], to=TensorProto.UINT8),
        cast('narrow', 'wide_again'),
        helper.make_node('Exp', ['wide_again'], ['last']),
    ]
    _, second = CuttableNetwork(save(tmp_path / 'waist.onnx', nodes, ['last'])).cut(2)
    assert [value.name for value in second.graph.input] == ['narrow']


@pytest.mark.parametrize(
    ('count', 'reason'),
    [
        (0, 'cannot be cut into 0 segments, 1 is the fewest'),
        (-1, 'cannot be cut into -1 segments, 1 is the fewest'),
        (5, 'cannot be cut into 5 segments, it has 4 nodes'),
    ],
)
def test_a_wrong_number_of_segments_is_refused(small, count, reason):
    network = CuttableNetwork(small)
    with pytest.raises(EngineError, match=re.escape(f'{small}: {reason}')):
        network.cut(count)


def test_networks_that_cannot_be_cut_are_refused(tmp_path):
    def refused(reason: str) -> None:
        with pytest.raises(EngineError, match=re.escape(f'{path}: cannot be cut: ') + reason):
            CuttableNetwork(path)

    path = tmp_path / 'network.onnx'
    both = [cast('a', 'c'), cast('b', 'd'), helper.make_node('Add', ['c', 'd'], ['e'])]
    save(path, both, ['e'], inputs=('a', 'b'))
    refused('it has 2 inputs, not one')
    weight = helper.make_tensor('fixed', TensorProto.FLOAT, [1, 2, 2, 3], [0.0] * 12)
    save(path, [cast(), helper.make_node('Exp', ['same'], ['e'])], ['e', 'fixed'], weights=[weight])
    refused('output fixed is a constant')
    branch = helper.make_graph(
        [helper.make_node('Exp', ['same'], ['b'])],
        'branch',
        [],
        [helper.make_tensor_value_info('b', TensorProto.FLOAT, None)],
    )
    yes = helper.make_tensor('yes', TensorProto.BOOL, [], [True])
    choice = helper.make_node('If', ['yes'], ['e'], then_branch=branch, else_branch=branch)
    whole = [cast(), helper.make_node('Add', ['same', 'same'], ['f']), choice]
    save(path, whole, ['e', 'f'], weights=[yes])
    refused(r'it has control flow \(If\)')
