# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Names of variants."""

import pytest

from rtmdl_ros.networks.scale import InputSize, Scale, variant_id


@pytest.mark.parametrize(
    ('scale', 'size', 'name'),
    [
        (Scale(1.0, 1), InputSize(320, 416), 'w100_d1_320x416'),
        (Scale(0.375, 0), InputSize(24, 24), 'w37.5_d0_24x24'),
        (Scale(1.25, 2), InputSize(384, 512), 'w125_d2_384x512'),
    ],
)
def test_a_name_tells_all(scale: Scale, size: InputSize, name: str) -> None:
    """Width in percent, depth, height by width."""
    assert variant_id(scale, size) == name
