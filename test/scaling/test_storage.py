# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Storage bounds: what is trained within them, and what is refused."""

import pytest
from torch import nn

from rtmdl_ros.networks.build import untrained
from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.scaling.recipes import RECIPES
from rtmdl_ros.scaling.storage import (
    StorageError,
    estimated_bytes,
    private_bytes,
    scales_within,
    shared_bytes,
)


def form(scale: Scale) -> nn.Module:
    """Return a detector of two classes."""
    return untrained('detector', 2, *scale)


def test_bytes_of_a_network() -> None:
    """183,294 learned values in two bytes each, 1,104 statistics in four."""
    network = form(Scale(0.5, 1))
    assert shared_bytes(network) == 366_588
    assert private_bytes(network) == 4_416
    assert estimated_bytes(network, 10, 3_000) == 366_588 + 12_000 + 10 * (4_416 + 3_000)


@pytest.mark.parametrize(
    ('bound_mb', 'largest'),
    [
        (0.5, Scale(0.5, 1)),
        (1, Scale(0.75, 1)),
        (2, Scale(1.0, 1)),
        (4, Scale(1.5, 1)),
    ],
)
def test_the_most_weights_that_fit(bound_mb: float, largest: Scale) -> None:
    """With all scales that are slices of it, the least first."""
    recipe = RECIPES['traffic_light_detector']
    scales = scales_within(round(bound_mb * 1e6), recipe.family, recipe.untrained, 16, 3_000)
    assert scales[-1] == largest
    assert estimated_bytes(recipe.untrained(largest), 16, 3_000) <= bound_mb * 1e6
    assert scales[0] == Scale(0.375, 1)
    assert all(s.width <= largest.width and s.depth <= largest.depth for s in scales)


def test_too_small_a_bound_names_the_least() -> None:
    """In MB, as it is given."""
    with pytest.raises(StorageError, match=r'0\.05 MB is too little .* give at least 0\.30 MB'):
        scales_within(50_000, RECIPES['traffic_light_detector'].family, form, 16, 3_000)
