# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks small enough to compute by hand."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper


def save(path: Path, nodes, outputs, inputs=('image',), weights=()) -> Path:
    """Write a network of tensors (n, 2, 2, 3): uint8 in, float out."""
    shape = ['n', 2, 2, 3]
    graph = helper.make_graph(
        nodes,
        'small',
        [helper.make_tensor_value_info(name, TensorProto.UINT8, shape) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in outputs],
        initializer=weights,
    )
    return save_graph(path, graph)


def save_graph(path: Path, graph: onnx.GraphProto) -> Path:
    """Write a network."""
    opsets = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def cast(source: str = 'image', made: str = 'same') -> onnx.NodeProto:
    return helper.make_node('Cast', [source], [made], to=TensorProto.FLOAT)


def save_small(path: Path) -> Path:
    """Write a network with the outputs 4 x + 1 and, made before it, 2 x, and one dead node."""
    one = helper.make_tensor('one', TensorProto.FLOAT, [1], [1.0])
    nodes = [
        helper.make_node('Constant', [], ['one'], value=one),
        cast(),
        helper.make_node('Add', ['same', 'same'], ['twice']),
        helper.make_node('Exp', ['same'], ['dead']),
        helper.make_node('Add', ['twice', 'one'], ['more']),
        helper.make_node('Add', ['more', 'twice'], ['last']),
    ]
    return save(path, nodes, ['last', 'twice'])
