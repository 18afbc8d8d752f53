# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Convolutions with what follows them, a sum and a ReLU, in one kernel of cuDNN in place of three.

On a GPU small networks take as long as their kernels are many. Whether one kernel is quicker than
three depends on shapes, the precision and the GPU (with some shapes it is many times slower), so
that is measured, once for all layers of a shape.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn

#: Each way runs so often for nothing, as cuDNN tries algorithms first, and so often to be timed.
_WARM_UP, _RUNS = 3, 10
#: Cycles that a GPU is kept busy meanwhile: launches must not be what is timed.
_BUSY = 2_000_000
_RELUS = (torch.relu, nn.functional.relu)
_SUMS = (operator.add, operator.iadd, torch.add)
_Way = Callable[[Tensor, 'Tensor | None'], Tensor]
#: Whether one kernel is the quicker way, by all that this depends on.
_QUICKER: dict[object, bool] = {}


class FusedConvolution(nn.Module):
    """A convolution, perhaps a sum with other features, and a ReLU."""

    def __init__(self, convolution: Any) -> None:
        """Take an nn.Conv2d of one group."""
        super().__init__()
        self.convolution = convolution

    @property
    def weight(self) -> Tensor:
        """The convolution's."""
        weight: Tensor = self.convolution.weight
        return weight

    def forward(self, features: Tensor, other: Tensor | None = None) -> Tensor:
        """Return relu(convolution + other), (N, C, H, W) as the convolution makes it."""
        in_one = features.is_cuda and self._chosen(features, other)
        way = self._as_one if in_one else self._one_by_one
        return way(features, other)

    def _chosen(self, features: Tensor, other: Tensor | None) -> bool:
        """Tell whether one kernel is quicker; finds it out with the first tensors of a shape.

        Batches of other sizes have other kernels. What a capture records has run before.
        """
        layer = self.convolution
        key = (
            features.device, features.shape, features.stride(), self.weight.dtype,
            self.weight.shape, layer.stride, layer.padding, layer.dilation,
            None if other is None else other.shape,
        )  # fmt: skip
        if key not in _QUICKER:
            _QUICKER[key] = self._is_quicker_in_one(features, other)
        return _QUICKER[key]

    def _is_quicker_in_one(self, features: Tensor, other: Tensor | None) -> bool:
        # A sum of two shapes has the larger of both, which a convolution does not write.
        if other is not None and other.shape != self.convolution(features).shape:
            return False
        as_one, one_by_one = (
            _gpu_ms(way, features, other) for way in (self._as_one, self._one_by_one)
        )
        return as_one < one_by_one

    def _one_by_one(self, features: Tensor, other: Tensor | None) -> Tensor:
        made: Tensor = self.convolution(features)
        return torch.relu(made if other is None else made + other)

    def _as_one(self, features: Tensor, other: Tensor | None) -> Tensor:
        layer = self.convolution
        shape = (layer.stride, layer.padding, layer.dilation, layer.groups)
        made: Tensor
        if other is None:
            made = torch.cudnn_convolution_relu(features, layer.weight, layer.bias, *shape)
        else:
            made = torch.cudnn_convolution_add_relu(
                features, layer.weight, other, 1.0, layer.bias, *shape
            )
        return made


def fuse(module: fx.GraphModule) -> None:
    """Put a FusedConvolution for each convolution with all that it can take in, in place."""
    for node in list(module.graph.nodes):
        if _is_layer(module, node, (nn.Identity, nn.Dropout)):
            node.replace_all_uses_with(node.all_input_nodes[0])
            module.graph.erase_node(node)
    for node in list(module.graph.nodes):
        if _is_relu(module, node):
            _fuse_before(module, node)
    module.recompile()


def _fuse_before(module: fx.GraphModule, relu: fx.Node) -> None:
    """Fuse what a ReLU follows, where that is a convolution or a sum with one."""
    before = relu.all_input_nodes[0]
    if _is_convolution(module, before):
        convolution, others = before, []
    elif _is_sum(before):
        one, other = before.all_input_nodes
        # What is added in place to another tensor changes that, for all who use it.
        turned = [] if before.target is operator.iadd else [(other, one)]
        pairs = [pair for pair in [(one, other), *turned] if _is_convolution(module, pair[0])]
        if not pairs:
            return
        convolution, others = pairs[0][0], [pairs[0][1]]
    else:
        return
    name = f'fused_{relu.name}'
    module.add_module(name, FusedConvolution(module.get_submodule(str(convolution.target))))
    with module.graph.inserting_before(relu):
        fused = module.graph.call_module(name, (*convolution.all_input_nodes, *others))
    relu.replace_all_uses_with(fused)
    for node in dict.fromkeys((relu, before, convolution)):
        module.graph.erase_node(node)


def _is_sum(node: fx.Node) -> bool:
    added = node.op == 'call_function' and node.target in _SUMS and not node.kwargs
    return added and len(node.users) == 1 and len(node.all_input_nodes) == len(node.args) == 2


def _is_convolution(module: fx.GraphModule, node: fx.Node) -> bool:
    if not _is_layer(module, node, (nn.Conv2d,)):
        return False
    layer: Any = module.get_submodule(str(node.target))
    plain = layer.padding_mode == 'zeros' and not isinstance(layer.padding, str)
    # Those of many groups have kernels of torch's own.
    return plain and layer.groups == 1 and layer.bias is not None and len(node.users) == 1


def _is_relu(module: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == 'call_function':
        return node.target in _RELUS
    if node.op == 'call_method':
        return node.target in ('relu', 'relu_')
    return _is_layer(module, node, (nn.ReLU,))


def _is_layer(module: fx.GraphModule, node: fx.Node, kinds: Sequence[type[nn.Module]]) -> bool:
    return node.op == 'call_module' and type(module.get_submodule(str(node.target))) in kinds


def _gpu_ms(way: _Way, features: Tensor, other: Tensor | None) -> float:
    """Return what a way takes of the GPU's time; infinite where cuDNN has no kernel for it."""
    first, last = (
        torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        for _ in range(2)
    )
    try:
        for _ in range(_WARM_UP):
            way(features, other)
        torch.cuda._sleep(_BUSY)  # type: ignore[no-untyped-call]
        first.record()
        for _ in range(_RUNS):
            way(features, other)
        last.record()
        last.synchronize()
    except torch.cuda.OutOfMemoryError:
        raise
    except RuntimeError:
        return math.inf
    return float(first.elapsed_time(last))
