# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Statistics of batch normalisation from images."""

import numpy as np
import pytest
import torch
from torch import nn

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.calibration import calibrated
from rtmdl_ros.scaling.recogniser import CALIBRATION_BATCH, CALIBRATION_CROPS, RecogniserLesson
from rtmdl_ros.scaling.sign_crops import Crops


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


@pytest.mark.parametrize('count', [1, 257])
def test_few_crops_fill_whole_batches(count: int) -> None:
    """A last batch of one crop would weigh as much as the 256 before it."""
    crops = Crops(np.zeros((count, 32, 32, 3), np.uint8), np.zeros(count, np.int64))
    scale, size = Scale(0.25, 0), InputSize(24, 24)
    lesson = RecogniserLesson(crops, crops, crops, (scale,), (size,), size, seed=1)
    lesson.calibrated(dict(lesson.untrained(scale).named_parameters()), scale, size)
    sizes = [len(batch) for batch in lesson._calibration[size]]
    assert sizes == [CALIBRATION_BATCH] * (CALIBRATION_CROPS // CALIBRATION_BATCH)
