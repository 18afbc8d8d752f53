# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What tells the variants of a network apart: width and depth, and the size of the input."""

from typing import NamedTuple


class Scale(NamedTuple):
    """How wide and deep a network is."""

    #: Multiplies all channel counts.
    width: float
    #: Residual blocks a stage.
    depth: int


class InputSize(NamedTuple):
    """Size of the image that a network takes, in pixels."""

    height: int
    width: int


def variant_id(scale: Scale, size: InputSize) -> str:
    """Return width in percent, depth and input size as one name, such as w100_d1_320x416."""
    return f'w{scale.width * 100:g}_d{scale.depth}_{size.height}x{size.width}'
