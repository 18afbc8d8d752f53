# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks are cut into nearly equal shares of their work, or refused by name."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from small_networks import cast, save, save_graph

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.onnx_runner import OnnxRunner
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


def test_quantised_convolutions_and_products_are_work(tmp_path):
    weights = np.ones((4, 4, 3, 3), np.int8), np.ones((64, 2), np.uint8)
    constants = {'scale': np.float32(0.1), 'zero': np.uint8(0), 'none': np.int8(0)}
    constants |= {'conv': weights[0], 'product': weights[1]}
    sides = ('scale', 'zero')
    nodes = [
        helper.make_node('QuantizeLinear', ['image', *sides], ['small']),
        helper.make_node(
            'QLinearConv', ['small', *sides, 'conv', 'scale', 'none', *sides], ['deep'],
            pads=[1, 1, 1, 1],
        ),
        helper.make_node('Flatten', ['deep'], ['flat']),
        helper.make_node('QLinearMatMul', ['flat', *sides, 'product', *sides, *sides], ['two']),
        helper.make_node('DequantizeLinear', ['two', *sides], ['output']),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, 'quantised',
        [helper.make_tensor_value_info('image', TensorProto.FLOAT, [1, 4, 4, 4])],
        [helper.make_tensor_value_info('output', TensorProto.FLOAT, [1, 2])],
        [onnx.numpy_helper.from_array(np.array(value), name) for name, value in constants.items()],
    )  # fmt: skip
    path = save_graph(tmp_path / 'quantised.onnx', graph)
    # 4 * 4 pixels of 4 channels, each of 4 * 3 * 3 products; 2 sums of 64.
    assert CuttableNetwork(path).work == [0, 64 * 36, 0, 2 * 64, 0]


def test_outputs_and_inputs_that_are_left_out_are_no_tensors(tmp_path):
    rng = np.random.default_rng(0)
    shapes = {'W': (1, 18, 8), 'R': (1, 18, 6), 'most': (), 'M': (8, 8), 'N': (6, 8)}
    nodes = [
        helper.make_node('MatMul', ['image', 'M'], ['a']),
        helper.make_node('GRU', ['a', 'W', 'R'], ['', 'state'], hidden_size=6),
        helper.make_node('MatMul', ['a', 'M'], ['b']),
        helper.make_node('Clip', ['b', '', 'most'], ['c']),
        helper.make_node('MatMul', ['state', 'N'], ['d']),
        helper.make_node('Add', ['c', 'd'], ['output']),
    ]
    graph = helper.make_graph(
        nodes, 'left_out',
        [helper.make_tensor_value_info('image', TensorProto.FLOAT, [5, 1, 8])],
        [helper.make_tensor_value_info('output', TensorProto.FLOAT, [5, 1, 8])],
        [onnx.numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name)
         for name, shape in shapes.items()],
    )  # fmt: skip
    path = save_graph(tmp_path / 'left_out.onnx', graph)
    images = rng.normal(size=(5, 1, 8)).astype(np.float32)
    (expected,) = OnnxRunner(path).run(images)
    for segments in range(2, 7):
        np.testing.assert_array_equal(OnnxRunner(path, segments).run(images)[0], expected)


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
