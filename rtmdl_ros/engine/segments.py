# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""An exported network cut into segments that run one after the other.

Any position in the order of the nodes is a valid cut: the file has them in topological order, so
that nothing before a cut needs what is made after it. Cutting takes some 25 ms a network, so that
segments are made at every start and no files of them can be stale, broken or impossible to write.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod
from pathlib import Path

import onnx
from onnx.utils import Extractor

from rtmdl_ros.engine.cuts import cut_positions
from rtmdl_ros.engine.errors import EngineError

_CONVOLUTIONS = ('Conv', 'ConvInteger', 'QLinearConv')
#: Which input of an operation holds its weights, or is the right one of a product.
_WEIGHTS = {
    **dict.fromkeys(('Conv', 'ConvInteger', 'ConvTranspose', 'Gemm', 'MatMul', 'MatMulInteger'), 1),
    **dict.fromkeys(('QLinearConv', 'QLinearMatMul'), 3),
}


class CuttableNetwork:
    """A network of an ONNX file and what cutting needs to know of it."""

    def __init__(self, path: Path) -> None:
        """Read an ONNX file.

        Raises EngineError, naming the file, where it cannot be read or cut: it needs exactly one
        input, computed outputs and no control flow (If, Loop, Scan).
        """
        self._path = path
        model = _load(path)
        try:
            onnx.checker.check_model(model)
            model = onnx.shape_inference.infer_shapes(model, data_prop=True)
            weights = {tensor.name for tensor in model.graph.initializer}
            images = [value.name for value in model.graph.input if value.name not in weights]
            #: Names of the outputs, in the network's own order.
            self.outputs = [value.name for value in model.graph.output]
            # A first extraction leaves out nodes that no output needs.
            model = Extractor(model).extract_model(images, self.outputs)
            self._extractor = Extractor(model)
        except Exception as error:  # onnx has no common class of its errors
            raise EngineError(f'{path}: cannot be cut: {error}') from error
        if len(images) != 1:
            raise EngineError(f'{path}: cannot be cut: it has {len(images)} inputs, not one')
        # Constants are no nodes to cut between: each segment gets a copy of those it uses.
        self._nodes = [node for node in model.graph.node if node.op_type != 'Constant']
        self._refuse_control_flow()
        #: The position from which on each tensor is there.
        self._made = {images[0]: 0} | {
            name: position
            for position, node in enumerate(self._nodes, 1)
            for name in node.output
            if name
        }
        for name in self.outputs:
            if name not in self._made:
                raise EngineError(f'{path}: cannot be cut: output {name} is a constant')
        #: The last position at which each tensor is still needed; an output is held, not used.
        self._used = {
            name: position for position, node in enumerate(self._nodes) for name in node.input
        }
        self._shapes = {
            name: _shape(value) for name, value in self._extractor.value_infos.items()
        } | {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
        #: Multiply-adds of each node for one image, convolutions and matrix products only.
        self.work = [_multiply_adds(node, self._shapes) for node in self._nodes]

    def cut(self, segments: int) -> list[onnx.ModelProto]:
        """Return segments of nearly equal multiply-adds, in the order in which they run.

        The inputs of one are tensors of those before it, by their names in the network. Raises
        EngineError, naming the file, where segments is below 1 or above the number of nodes, and
        where the type of a tensor is not known.
        """
        if segments < 1:
            raise EngineError(
                f'{self._path}: cannot be cut into {segments} segments, 1 is the fewest'
            )
        if segments > len(self._nodes):
            raise EngineError(
                f'{self._path}: cannot be cut into {segments} segments, '
                f'it has {len(self._nodes)} nodes'
            )
        positions = cut_positions(self.work, segments, self._crossing_bytes)
        bounds = [0, *positions, len(self._nodes)]
        return [self._segment(first, end) for first, end in pairwise(bounds)]

    def _refuse_control_flow(self) -> None:
        for node in self._nodes:
            # Its subgraphs may use any tensor, without naming that among the node's inputs.
            if any(attribute.HasField('g') or attribute.graphs for attribute in node.attribute):
                raise EngineError(
                    f'{self._path}: cannot be cut: it has control flow ({node.op_type})'
                )

    def _crossing_bytes(self, position: int) -> int:
        return sum(
            self._bytes(name)
            for name, made in self._made.items()
            if made <= position <= self._used.get(name, -1)
        )

    def _bytes(self, name: str) -> int:
        value = self._extractor.value_infos.get(name)
        if value is None or not value.type.tensor_type.elem_type:
            raise EngineError(f'{self._path}: cannot be cut: the type of {name} is not known')
        kind = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        return prod(self._shapes[name]) * int(kind.itemsize)

    def _segment(self, first: int, end: int) -> onnx.ModelProto:
        """Return the nodes from first to before end as a network."""
        nodes = self._nodes[first:end]
        inputs = dict.fromkeys(
            name for node in nodes for name in node.input if self._made.get(name, end) <= first
        )
        outputs = [
            name
            for node in nodes
            for name in node.output
            # What is left out has no name, whether an output or an input.
            if name and (self._used.get(name, -1) >= end or name in self.outputs)
        ]
        try:
            return self._extractor.extract_model(list(inputs), outputs)
        except ValueError as error:
            raise EngineError(f'{self._path}: cannot be cut: {error}') from error


def _shape(value: onnx.ValueInfoProto) -> tuple[int, ...]:
    """Return the sizes of a tensor for one image: what is not fixed, the batch, counts as 1."""
    return tuple(dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim)


def _multiply_adds(node: onnx.NodeProto, shapes: Mapping[str, Sequence[int]]) -> int:
    """Return the multiply-adds of a node for one image: 0 but for convolutions and products."""
    if node.op_type not in _WEIGHTS:
        return 0
    left, right = (shapes.get(node.input[place], ()) for place in (0, _WEIGHTS[node.op_type]))
    out = prod(shapes.get(node.output[0], ()))
    if node.op_type in _CONVOLUTIONS:
        return out * prod(right[1:])
    if node.op_type == 'ConvTranspose':
        return prod(left) * prod(right[1:])
    transposed = any(a.name == 'transA' and a.i for a in node.attribute)
    return out * prod(left[:1] if transposed else left[-1:])


def _load(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load(path)
    except Exception as error:  # protobuf's errors and the system's
        raise EngineError(f'{path}: onnx cannot read it: {error}') from error
