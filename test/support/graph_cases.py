# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Inputs and networks for tests of CUDA graphs, real and played."""

import numpy as np
import torch
from torch import nn


def mirrored(images):
    """Return other images than those that the graphs' memory holds from their capture on."""
    return np.ascontiguousarray(images[:, :, ::-1])


class ReadsBack(nn.Module):
    """Reads back what it computed, which a graph cannot."""

    def forward(self, images):
        mean = images.float().mean()
        return images.float() * (2.0 if mean.item() > 0 else 3.0)


class SharedHead(nn.Module):
    """One convolution and normalisation on two features; takes (N, H, W, 3) uint8."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.head = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4))
        self.head[1].running_var.fill_(9.0)

    def forward(self, images):
        features = images.permute(0, 3, 1, 2).float() / 255.0
        return self.head(features), self.head(nn.functional.max_pool2d(features, 2))


class SeveralKinds(nn.Module):
    """Scores, the place of the largest, and whether there is any; takes (N, H, W, 3) uint8."""

    def forward(self, images):
        scores = images.permute(0, 3, 1, 2).float() / 255.0
        return (scores > 0.5).amax((1, 2)), scores, scores.argmax(1)
