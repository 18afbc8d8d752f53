# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Slices of weights: the first of every dimension, and nothing that does not fit."""

import pytest
import torch
from torch import nn

from rtmdl_ros.networks.build import untrained
from rtmdl_ros.networks.slicing import (
    SliceError,
    packed_statistics,
    slice_for,
    unpack_statistics,
)


def test_a_slice_is_the_start_of_every_dimension() -> None:
    """As views, so that training reaches the whole."""
    whole = torch.arange(12.0).reshape(3, 4)
    small = nn.Linear(2, 2, bias=False)
    found = slice_for(small, {'weight': whole, 'other': whole})
    assert list(found) == ['weight']
    assert found['weight'].tolist() == [[0.0, 1.0], [4.0, 5.0]]
    assert found['weight'].data_ptr() == whole.data_ptr()


@pytest.mark.parametrize(
    ('weights', 'problem'),
    [
        ({}, 'there is no tensor weight'),
        ({'weight': torch.zeros(2, 1)}, r'weight has the shape \(2, 1\), at least \(2, 2\) is'),
        ({'weight': torch.zeros(4)}, r'weight has the shape \(4,\), at least \(2, 2\) is needed'),
    ],
)
def test_what_does_not_fit_is_named(weights: dict[str, torch.Tensor], problem: str) -> None:
    """The tensor and both shapes."""
    with pytest.raises(SliceError, match=problem):
        slice_for(nn.Linear(2, 2, bias=False), weights)


@pytest.mark.parametrize('kind', ['detector', 'classifier'])
def test_every_smaller_network_is_a_slice(kind: str) -> None:
    """Of the widest and deepest one, in all widths and depths."""
    weights = dict(untrained(kind, 3, 1.5, 2).named_parameters())
    for width in (0.25, 0.375, 0.625, 1.25):
        for depth in (0, 1, 2):
            network = untrained(kind, 3, width, depth)
            network.load_state_dict(slice_for(network, weights), strict=False)


def test_statistics_come_back() -> None:
    """All layers, in one tensor."""
    network, other = untrained('detector', 2, 0.5, 1), untrained('detector', 2, 0.5, 1)
    network.train()(torch.rand(2, 3, 64, 64) * 255)
    packed = packed_statistics(network)
    assert packed.shape == (2, 552)
    unpack_statistics(other, packed)
    for name, value in other.named_buffers():
        if 'running' in name:
            assert torch.equal(value, dict(network.named_buffers())[name]), name


def test_statistics_of_another_network_are_refused() -> None:
    """By their count."""
    packed = packed_statistics(untrained('detector', 2, 0.5, 1))
    with pytest.raises(SliceError, match=r'have the shape \(2, 552\), not \(2, 1104\)'):
        unpack_statistics(untrained('detector', 2, 1.0, 1), packed)
