# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a step of training is for: which scales of the network, at which input size."""

from collections.abc import Sequence

import numpy as np

from rtmdl_ros.networks.scale import InputSize, Scale

#: Scales that a step trains beside the largest and the least.
BETWEEN = 2


def sandwich(scales: Sequence[Scale], step: int, seed: int) -> list[Scale]:
    """Return the scales that one step trains: the largest, the least and two between by chance.

    The sandwich rule of J. Yu, T. Huang, "Universally slimmable networks", ICCV 2019, section
    3.1, with as many networks a step as there: what is between least and largest does not get
    worse than the least.
    """
    if len(scales) == 1:
        return list(scales)
    between = scales[1:-1]
    order = np.random.default_rng((seed, step)).permutation(len(between))
    return [scales[-1], scales[0], *(between[at] for at in order[:BETWEEN])]


def size_at(sizes: Sequence[InputSize], step: int, seed: int) -> InputSize:
    """Return the input size of a step, drawn evenly."""
    return sizes[int(np.random.default_rng((seed, step, 1)).integers(len(sizes)))]
