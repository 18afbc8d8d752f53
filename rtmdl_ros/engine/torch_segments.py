# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A torch module cut into segments that run one after the other, on whatever device it is.

The module is traced once into a list of operations (torch.fx); a segment runs a stretch of them.
That is slow, as Python is, and does not matter: a CUDA graph records what it launches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.fx.experimental.optimization import fuse as fold_normalisations

from rtmdl_ros.engine.cuts import cut_positions
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.fused_convolutions import FusedConvolution, fuse
from rtmdl_ros.workload.errors import in_one_line

#: The name of the network's input; its outputs are 'output 0', 'output 1' ...
IMAGE = 'image'
#: Layers that hold nearly all weights and do nearly all work.
_HEAVY = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, FusedConvolution)

_HALVES = (torch.float16, torch.bfloat16)

DeviceTensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class TorchSegment:
    """A stretch of a network."""

    #: Names of the tensors that `run` takes ...
    inputs: tuple[str, ...]
    #: ... and of those that it returns, all that is needed after it.
    outputs: tuple[str, ...]
    run: Callable[[DeviceTensors], dict[str, Tensor]]


def output_names(count: int) -> tuple[str, ...]:
    """Return the names of the network's outputs, in its own order."""
    return tuple(f'output {number}' for number in range(count))


def to_half(module: nn.Module) -> nn.Module:
    """Let convolutions and linear layers compute in half precision, in place; all else stays.

    A module that is cut, in one segment or more, gives them what they take.
    """
    for layer in module.modules():
        if isinstance(layer, _HEAVY):
            layer.half()
    return module


def folded(module: nn.Module) -> nn.Module:
    """Return a module in evaluation mode with batch normalisations folded, if it can be traced.

    Each saves a kernel a run.
    """
    if not any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules()):
        return module
    try:
        return fold_normalisations(module)
    except Exception:  # whatever tracing raises: it runs as it is, and is told of where it is cut
        return module


def cut_module(
    module: nn.Module, example: Tensor, segments: int, name: str
) -> tuple[TorchSegment, ...]:
    """Cut a module in evaluation mode into segments of nearly equal multiply-adds.

    `example` is an input, on the device of the module. Outputs in half precision are given in
    single precision, all others as they are.
    Raises EngineError, naming the network, where it cannot be traced or has too few operations.
    """
    try:
        traced = _Traced(module, example)
    except Exception as error:  # whatever tracing or running it raises
        if is_out_of_memory(error):
            raise
        raise EngineError(f'{name}: cannot be cut: {in_one_line(error)}') from error
    if not 1 <= segments <= len(traced.nodes):
        raise EngineError(
            f'{name}: cannot be cut into {segments} segments, it has {len(traced.nodes)} operations'
        )
    positions = cut_positions(traced.work, segments, traced.crossing_bytes)
    bounds = [0, *positions, len(traced.nodes)]
    return tuple(traced.segment(first, end) for first, end in pairwise(bounds))


def whole_module(module: nn.Module, example: Tensor) -> tuple[TorchSegment, ...]:
    """Return a module that cannot be traced as one segment."""

    def run(tensors: DeviceTensors) -> dict[str, Tensor]:
        return _named(_outputs_of(module(tensors[IMAGE])))

    with torch.no_grad():
        names = tuple(run({IMAGE: example}))
    return (TorchSegment((IMAGE,), names, run),)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Tell whether an error, or one that led to it, is that the GPU has no memory left."""
    while error is not None:
        if isinstance(error, torch.cuda.OutOfMemoryError) or 'out of memory' in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Traced:
    """A module as a list of operations, with what cutting needs to know of them."""

    def __init__(self, module: nn.Module, example: Tensor) -> None:
        self._module = fx.symbolic_trace(module)
        fuse(self._module)
        graph = self._module.graph
        self._image, *others = (node for node in graph.nodes if node.op == 'placeholder')
        if others:
            raise ValueError(f'it has {1 + len(others)} inputs, not one')
        self._outputs = _outputs_of(next(n for n in graph.nodes if n.op == 'output').args[0])
        if not all(isinstance(node, fx.Node) for node in self._outputs):
            raise ValueError('it has outputs that are no tensors')
        #: Constants are not among them: whoever uses one fetches it.
        self.nodes = [n for n in graph.nodes if n.op not in ('placeholder', 'output', 'get_attr')]
        self._place = {node: place for place, node in enumerate(self.nodes)}
        recorder = _Recorder(self._module)
        with torch.no_grad():
            recorder.run(example)
        self.work = [recorder.work.get(node, 0) for node in self.nodes]
        self._bytes = recorder.bytes

    def crossing_bytes(self, position: int) -> float:
        """Return the bytes that are made before a position and needed after it."""
        return sum(self._bytes.get(node, math.inf) for node in self._crossing(position))

    def segment(self, first: int, end: int) -> TorchSegment:
        """Return the operations from first to before end."""
        taken = self._crossing(first)
        made = self._outputs if end == len(self.nodes) else self._crossing(end)
        last = end == len(self.nodes)
        names = output_names(len(made)) if last else tuple(map(self._name, made))
        nodes = self.nodes[first:end]

        def run(tensors: DeviceTensors) -> dict[str, Tensor]:
            values: dict[fx.Node, Any] = {node: tensors[self._name(node)] for node in taken}
            self._run(nodes, values, keep=set(made))
            results = [values[node] for node in made]
            return _named(results) if last else dict(zip(names, results, strict=True))

        return TorchSegment(tuple(map(self._name, taken)), names, run)

    def _run(self, nodes: list[fx.Node], values: dict[fx.Node, Any], keep: set[fx.Node]) -> None:
        """Run operations on the values of those before; what none needs any more is let go."""
        interpreter = _Interpreter(self._module, garbage_collect_values=False)
        interpreter.env = values
        last_use = {used: node for node in nodes for used in node.all_input_nodes}
        for node in nodes:
            for used in node.all_input_nodes:
                if used.op == 'get_attr' and used not in values:
                    values[used] = interpreter.run_node(used)
            values[node] = interpreter.run_node(node)
            for used in node.all_input_nodes:
                if last_use[used] is node and used not in keep:
                    values.pop(used, None)

    def _crossing(self, position: int) -> list[fx.Node]:
        """Return what is made before a position and used from there on, in order."""
        made = [self._image, *self.nodes[:position]]
        return [node for node in made if self._needed_from(node, position)]

    def _needed_from(self, node: fx.Node, position: int) -> bool:
        return any(self._place.get(user, len(self.nodes)) >= position for user in node.users)

    def _name(self, node: fx.Node) -> str:
        return IMAGE if node is self._image else str(node.name)


class _Interpreter(fx.Interpreter):
    """Runs operations; layers in half precision get their input so."""

    def call_module(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        layer = self.fetch_attr(target)
        if isinstance(layer, _HEAVY):
            args = tuple(each.to(layer.weight.dtype) for each in args)
        return layer(*args, **kwargs)


class _Recorder(_Interpreter):
    """Notes the multiply-adds of each operation and the bytes of each tensor."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.work: dict[fx.Node, int] = {}
        self.bytes: dict[fx.Node, int] = {}

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if isinstance(value, Tensor):
            self.bytes[n] = value.numel() * value.element_size()
            if n.op == 'call_module':
                self.work[n] = _multiply_adds(self.fetch_attr(str(n.target)), value)
        return value


def _multiply_adds(layer: Any, made: Tensor) -> int:
    if isinstance(layer, nn.ConvTranspose2d):
        return made.numel() * layer.weight.numel() // (layer.out_channels * math.prod(layer.stride))
    if isinstance(layer, _HEAVY):
        return made.numel() * layer.weight[0].numel()
    return 0


def _outputs_of(made: Any) -> list[Any]:
    return list(made) if isinstance(made, (tuple, list)) else [made]


def _named(outputs: list[Any]) -> dict[str, Tensor]:
    return {
        name: (output.float() if output.dtype in _HALVES else output).contiguous()
        for name, output in zip(output_names(len(outputs)), outputs, strict=True)
    }
