# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""An exported network cut into segments that run one after the other.

Between two segments a lane is free to take a more urgent job, and to go on later with the tensors
that crossed the cut. Any position in the order of the nodes is a valid cut: the file has them in
topological order, so that nothing before a cut needs what is made after it.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.utils import Extractor

from rtmdl_ros.engine.onnx_runner import Array, EngineError, open_session

#: Tensors by name, of any type and shape.
Tensors = dict[str, NDArray[Any]]

#: Raise when the same file is cut otherwise, so that old segments are made anew.
CUT_VERSION = 1
#: How far from its ideal place a cut may lie to let fewer bytes cross, as a share of all work.
SLACK = 0.05

_ORIGIN = 'rtmdl_ros.cut_from'


def cut_onnx(path: Path, segments: int) -> tuple[Path, ...]:
    """Cut a network into segments of nearly equal multiply-adds, in files beside it.

    The files, <stem>.seg1of3.onnx and so on, are written atomically, and kept where they are there
    already and were made from the same content. The inputs of one are tensors of those before it,
    by their names in the network. One segment is the network itself: (path,).

    Raises EngineError, naming the file, where segments is below 1 or above the number of nodes,
    and where the network cannot be read or cut: it needs exactly one input, computed outputs, no
    control flow (If, Loop, Scan) and tensors of known types.
    """
    if segments < 1:
        raise EngineError(f'{path}: cannot be cut into {segments} segments, 1 is the fewest')
    if segments == 1:
        return (path,)
    origin = _origin(path)
    files = tuple(
        path.with_name(f'{path.stem}.seg{number}of{segments}.onnx')
        for number in range(1, segments + 1)
    )
    if not all(_is_usable(file, origin) for file in files):
        for file, model in zip(files, _Network(path).cut(segments), strict=True):
            onnx.helper.set_model_props(model, {_ORIGIN: origin})
            _write(model, file)
    return files


def work_of(path: Path) -> int:
    """Return the multiply-adds of one image in the convolutions and matrix products of a file.

    Raises EngineError, naming the file, where cut_onnx would for what the network is.
    """
    return sum(_Network(path).work)


class SegmentedRunner:
    """A network loaded in segments; all methods may be called from several lanes at once.

    It keeps no state of a job: that is all in the tensors, which the caller hands on.
    """

    def __init__(self, path: Path, segments: int) -> None:
        """Cut an ONNX file as cut_onnx does, and load the segments. Raises EngineError likewise."""
        self._sessions = [open_session(file) for file in cut_onnx(path, segments)]
        self._image: str = self._sessions[0].get_inputs()[0].name
        self._inputs = [[i.name for i in session.get_inputs()] for session in self._sessions]
        self._made = [[o.name for o in session.get_outputs()] for session in self._sessions]
        self._outputs = [output.name for output in _load(path).graph.output]
        # What is still needed when a segment has run: the rest is let go, to free its memory.
        self._needed_after = [
            set(self._outputs).union(*self._inputs[index + 1 :]) for index in range(self.count)
        ]

    @property
    def count(self) -> int:
        """How many segments there are."""
        return len(self._sessions)

    def start(self, images: NDArray[np.uint8]) -> Tensors:
        """Return the tensors for segment 0, for a batch of BGR images, uint8 (N, H, W, 3)."""
        return {self._image: images}

    def run_segment(self, index: int, tensors: Mapping[str, NDArray[Any]]) -> Tensors:
        """Run segment index, from 0, and return the tensors for the next; leaves those given alone.

        Raises IndexError for a segment that there is not, KeyError where an earlier one has not
        been run.
        """
        if not 0 <= index < self.count:
            raise IndexError(f'segment {index} of {self.count}')
        feeds = {name: tensors[name] for name in self._inputs[index]}
        made = self._made[index]
        results = dict(zip(made, self._sessions[index].run(made, feeds), strict=True))
        needed = self._needed_after[index]
        return {name: t for name, t in (*tensors.items(), *results.items()) if name in needed}

    def outputs(self, tensors: Mapping[str, NDArray[Any]]) -> tuple[Array, ...]:
        """Return the network's outputs, in its own order, from what the last segment returned.

        Raises KeyError where that has not been run.
        """
        return tuple(tensors[name] for name in self._outputs)

    def run(self, images: NDArray[np.uint8]) -> tuple[Array, ...]:
        """Run all segments, as OnnxRunner.run does: BGR images, uint8 (N, H, W, 3)."""
        tensors = self.start(images)
        for index in range(self.count):
            tensors = self.run_segment(index, tensors)
        return self.outputs(tensors)


class _Network:
    """What cutting needs to know of a network."""

    def __init__(self, path: Path) -> None:
        self._path = path
        model = _load(path)
        try:
            onnx.checker.check_model(model)
            model = onnx.shape_inference.infer_shapes(model, data_prop=True)
            weights = {tensor.name for tensor in model.graph.initializer}
            images = [value.name for value in model.graph.input if value.name not in weights]
            self._outputs = [value.name for value in model.graph.output]
            # A first extraction leaves out nodes that no output needs.
            model = Extractor(model).extract_model(images, self._outputs)
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
        for name in self._outputs:
            if name not in self._made:
                raise EngineError(f'{path}: cannot be cut: output {name} is a constant')
        #: The last position at which each tensor is still needed; an output is held, not used.
        self._used = {
            name: position for position, node in enumerate(self._nodes) for name in node.input
        }
        self._shapes = {
            name: _shape(value) for name, value in self._extractor.value_infos.items()
        } | {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
        #: Multiply-adds of each node.
        self.work = [_multiply_adds(node, self._shapes) for node in self._nodes]

    def cut(self, segments: int) -> list[onnx.ModelProto]:
        if segments > len(self._nodes):
            raise EngineError(
                f'{self._path}: cannot be cut into {segments} segments, '
                f'it has {len(self._nodes)} nodes'
            )
        bounds = [0, *self._positions(segments), len(self._nodes)]
        return [self._segment(first, end) for first, end in pairwise(bounds)]

    def _refuse_control_flow(self) -> None:
        for node in self._nodes:
            # Its subgraphs may use any tensor, without naming that among the node's inputs.
            if any(attribute.HasField('g') or attribute.graphs for attribute in node.attribute):
                raise EngineError(
                    f'{self._path}: cannot be cut: it has control flow ({node.op_type})'
                )

    def _positions(self, segments: int) -> list[int]:
        """Choose the cuts: position p is before node p."""
        done = list(accumulate(self.work, initial=0))
        positions = [0]
        for number in range(1, segments):
            ideal = done[-1] * number / segments
            # Every segment, those to come as well, has at least one node.
            places = range(positions[-1] + 1, len(self._nodes) - (segments - number) + 1)
            off = {place: abs(done[place] - ideal) for place in places}
            limit = max(SLACK * done[-1], min(off.values()))
            near = [place for place in places if off[place] <= limit]
            # Of equals the last: a convolution and the activation behind it stay together, which
            # ONNX Runtime computes as one.
            positions.append(min(near, key=lambda p: (self._crossing_bytes(p), off[p], -p)))
        return positions[1:]

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
            if self._used.get(name, -1) >= end or name in self._outputs
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
    if node.op_type not in ('Conv', 'ConvTranspose', 'Gemm', 'MatMul'):
        return 0
    left, right = (shapes.get(name, ()) for name in node.input[:2])
    out = prod(shapes.get(node.output[0], ()))
    if node.op_type == 'Conv':
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


def _origin(path: Path) -> str:
    """Return what the segments of a file depend on, besides their number."""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise EngineError(f'{path}: cannot be read: {error.strerror}') from error
    return f'{CUT_VERSION} {digest}'


def _is_usable(file: Path, origin: str) -> bool:
    try:
        # The properties come last in a file, so that one cut short has none.
        properties = {p.key: p.value for p in onnx.load(file).metadata_props}
    except Exception:  # missing or broken: either way it is made anew
        return False
    return properties.get(_ORIGIN) == origin


def _write(model: onnx.ModelProto, path: Path) -> None:
    partial = None
    try:
        descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix='.partial')
        with os.fdopen(descriptor, 'wb') as stream:
            stream.write(model.SerializeToString())
        os.replace(partial, path)
    except OSError as error:
        raise EngineError(f'{path}: cannot be written: {error.strerror}') from error
    finally:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
