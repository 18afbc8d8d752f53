# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Statistics of batch normalisation of a slice of a larger network."""

from collections.abc import Iterable, Mapping

import torch
from torch import nn

from rtmdl_ros.networks.slicing import slice_for


def calibrated(
    network: nn.Module, weights: Mapping[str, torch.Tensor], images: Iterable[torch.Tensor]
) -> nn.Module:
    """Load a slice of `weights` into `network` and take its statistics from images.

    Each of `images` is a batch (N, 3, H, W), all of one N: a small one would count as much as a
    large one. The mean over all of them takes the place of training's moving average (J. Yu, T.
    Huang, "Universally slimmable networks", ICCV 2019, section 3.3). Returns the network in
    evaluation mode.
    """
    network.load_state_dict(slice_for(network, weights), strict=False)
    network = network.to(memory_format=torch.channels_last)
    network.eval()
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of all batches
        norm.train()
    with torch.no_grad():
        for batch in images:
            network(batch.contiguous(memory_format=torch.channels_last))
    return network.eval()
