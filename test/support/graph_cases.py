# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Inputs and a network for tests of CUDA graphs, real and played."""

import numpy as np
from torch import nn


def mirrored(images):
    """Return other images than those that the graphs' memory holds from their capture on."""
    return np.ascontiguousarray(images[:, :, ::-1])


class ReadsBack(nn.Module):
    """Reads back what it computed, which a graph cannot."""

    def forward(self, images):
        mean = images.float().mean()
        return images.float() * (2.0 if mean.item() > 0 else 3.0)
