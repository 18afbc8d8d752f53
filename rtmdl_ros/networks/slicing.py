# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Smaller networks as slices of a larger one's weights.

The first channels of every layer and the first blocks of every stage are a network of their own:
J. Yu, L. Yang, N. Xu, J. Yang, T. Huang, "Slimmable neural networks", ICLR 2019. What is not
shared are the statistics of batch normalisation, because features of fewer channels are
distributed otherwise (section 3.2 there).
"""

from collections.abc import Mapping

import torch
from torch import nn


class SliceError(ValueError):
    """The weights are not those of a larger network of the same form."""


def slice_for(network: nn.Module, weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return for each learned value of `network` the start of its namesake in `weights`.

    Of every dimension the first indices; views, so that gradients reach the larger network.
    Raises SliceError, naming the tensor, where one is missing or too small.
    """
    return {
        name: _start(name, weights, parameter.shape)
        for name, parameter in network.named_parameters()
    }


def _start(name: str, weights: Mapping[str, torch.Tensor], shape: torch.Size) -> torch.Tensor:
    whole = weights.get(name)
    if whole is None:
        raise SliceError(f'there is no tensor {name}')
    fits = len(shape) == whole.ndim and all(
        small <= large for small, large in zip(shape, whole.shape, strict=True)
    )
    if not fits:
        raise SliceError(
            f'tensor {name} has the shape {tuple(whole.shape)}, at least {tuple(shape)} is needed'
        )
    return whole[tuple(slice(side) for side in shape)]


def packed_statistics(network: nn.Module) -> torch.Tensor:
    """Return means and variances of all batch normalisations, (2, channels), layer by layer."""
    norms = _norms(network)
    means = torch.cat([norm.running_mean for norm in norms if norm.running_mean is not None])
    variances = torch.cat([norm.running_var for norm in norms if norm.running_var is not None])
    return torch.stack([means, variances])


def unpack_statistics(network: nn.Module, packed: torch.Tensor) -> None:
    """Set the statistics of a network from what `packed_statistics` returned for its like.

    Raises SliceError for those of another network.
    """
    counts = [norm.num_features for norm in _norms(network)]
    if packed.shape != (2, sum(counts)):
        shape = tuple(packed.shape)
        raise SliceError(f'the statistics have the shape {shape}, not {(2, sum(counts))}')
    parts = torch.split(packed.float(), counts, dim=1)
    for norm, (mean, variance) in zip(_norms(network), parts, strict=True):
        norm.running_mean = mean.clone()
        norm.running_var = variance.clone()


def _norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
