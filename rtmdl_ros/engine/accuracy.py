# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How far a network in half precision, or on another device, answers from what it should."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.networks.network import Network

#: A network in half precision that is further off than this is run in single precision.
HALF_BOUND = 1e-2
#: Of the values that are not 0 in either, so many must not be in both: see `relative_error`.
_LEAST_SHARED = 0.5
#: Squares of even colour, in pixels, of which the picture is made.
_SQUARE = 16
_Outputs = Sequence[NDArray[Any]]


def relative_error(expected: _Outputs, found: _Outputs) -> float:
    """Return the largest difference of outputs by the largest value of the output it is in.

    Only where neither is 0: a detector sets all scores to 0 but those that no neighbour exceeds,
    and of two nearly equal neighbours another may win. Infinite where the outputs have other
    shapes, hold what is no number, or half of what is not 0 in one is 0 in the other.
    """
    if len(expected) != len(found):
        return math.inf
    return max(map(_error, expected, found), default=0.0)


def _error(expected: NDArray[Any], found: NDArray[Any]) -> float:
    if expected.shape != found.shape or not np.isfinite(found).all():
        return math.inf
    either, both = (expected != 0) | (found != 0), (expected != 0) & (found != 0)
    if np.count_nonzero(both) < _LEAST_SHARED * np.count_nonzero(either):
        return math.inf
    if not both.any():
        return 0.0
    off = np.abs(found[both].astype(np.float64) - expected[both])
    return float(off.max() / np.abs(expected).max())


def telling_input(network: Network, batch: int = 1) -> NDArray[Any]:
    """Return an input that excites a network: of images one of coloured squares, always the same.

    Of what is no batch of uint8 images, the network's example.
    """
    example = network.example(batch)
    if example.dtype != np.uint8 or example.ndim != 4:
        return example
    count, height, width, channels = example.shape
    shape = (count, -(-height // _SQUARE), -(-width // _SQUARE), channels)
    squares = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    large = squares.repeat(_SQUARE, axis=1).repeat(_SQUARE, axis=2)
    return np.ascontiguousarray(large[:, :height, :width])
