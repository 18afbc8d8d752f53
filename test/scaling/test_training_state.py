# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Weights that a run begins with."""

import torch
from torch import nn

from rtmdl_ros.networks.classifier import Classifier
from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.scaling.training_state import start_from


def untrained(scale: Scale) -> Classifier:
    """Return a network of a scale with random weights."""
    return Classifier(2, scale.width, scale.depth)


def test_a_start_reaches_as_far_as_its_weights() -> None:
    """First channels and blocks are copied, the rest stays random."""
    small, large = untrained(Scale(0.5, 0)), untrained(Scale(1.0, 1))
    before = large.state_dict()['stages.0.blocks.0.first.conv.weight'].clone()
    start_from(large, dict(small.named_parameters()))
    whole, part = large.state_dict(), small.state_dict()
    assert torch.equal(whole['stem.conv.weight'][:8], part['stem.conv.weight'])
    assert torch.equal(whole['head.weight'][:, :40], part['head.weight'])
    assert torch.equal(whole['stages.0.blocks.0.first.conv.weight'], before)
    start_from(small, dict(large.named_parameters()))
    assert torch.equal(small.state_dict()['head.weight'], part['head.weight'])


def test_new_channels_are_not_heard_before_they_have_learned() -> None:
    """The slice of a wider and deeper network computes what the narrow one has learned."""
    images = torch.rand(2, 3, 32, 32) * 255
    small, large = untrained(Scale(0.5, 1)), untrained(Scale(1.0, 2))
    start_from(large, dict(small.named_parameters()))
    norms = [module for module in large.modules() if isinstance(module, nn.BatchNorm2d)]
    assert any(norm.num_features > 8 for norm in norms)
    assert torch.allclose(large.eval()(images), small.eval()(images), atol=1e-6)
