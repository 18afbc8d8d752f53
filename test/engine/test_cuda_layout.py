# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How images and weights lie in memory, the same on any device."""

import pytest
import torch
from torch import nn

from rtmdl_ros.engine.cuda_layout import Layout

CPU = torch.device('cpu')


def test_half_precision_has_channels_last_and_single_a_plane_a_channel():
    images = torch.randint(0, 256, (2, 4, 6, 3), dtype=torch.uint8)
    half, single = Layout(half=True).of_images(images), Layout(half=False).of_images(images)
    assert half is images
    assert torch.equal(single, images)
    assert single.permute(0, 3, 1, 2).is_contiguous()


@pytest.mark.parametrize('shape', [(1, 3, 8, 8), (8, 8, 3)])
def test_what_is_no_batch_of_images_stays(shape):
    other = torch.zeros(shape, dtype=torch.uint8)
    assert Layout(half=False).of_images(other) is other
    assert Layout(half=False).of_images(torch.zeros(1, 8, 8, 3)).is_contiguous()


def test_weights_follow():
    weights = Layout(half=True).of_weights(nn.Conv2d(8, 8, 3), CPU).weight
    assert weights.is_contiguous(memory_format=torch.channels_last)
    assert Layout(half=False).of_weights(nn.Conv2d(8, 8, 3), CPU).weight.is_contiguous()
