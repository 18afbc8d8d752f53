# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Statistics of batch normalisation from images."""

import torch
from torch import nn

from rtmdl_ros.scaling.calibration import calibrated


def test_statistics_are_the_mean_over_batches() -> None:
    """Of means 0 and 2: 1; of variances 0 and 4 (for two values 8): 4."""
    network = nn.Sequential(nn.BatchNorm2d(1))
    learned = {'0.weight': torch.tensor([3.0, 9.0]), '0.bias': torch.tensor([5.0])}
    still = torch.zeros(2, 1, 1, 1)
    lively = torch.tensor([0.0, 4.0]).reshape(2, 1, 1, 1)
    found = calibrated(network, learned, [still, lively])
    assert not found.training
    norm = found[0]
    assert norm.running_mean.tolist() == [1.0]
    assert norm.running_var.tolist() == [4.0]
    assert norm.weight.tolist() == [3.0] and norm.bias.tolist() == [5.0]
