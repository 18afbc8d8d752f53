# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From a storage bound to the largest network that fits with the statistics of its variants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from rtmdl_ros.networks.build import count_parameters
from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.networks.slicing import packed_statistics

#: Learned values are stored in half precision, statistics in single.
BYTES_A_PARAMETER, BYTES_A_STATISTIC = 2, 4
#: Of index.json for a variant, by the kind of network: figures of some classes or of many.
ENTRY_BYTES = {'detector': 3_000, 'classifier': 4_500}
#: Of the weight file for its table of contents.
_CONTENTS_BYTES = 12_000


class StorageError(ValueError):
    """A storage bound that no network of a family keeps."""


def shared_bytes(network: nn.Module) -> int:
    """Return what the learned values of a network take in a zoo."""
    return BYTES_A_PARAMETER * count_parameters(network)


def private_bytes(network: nn.Module) -> int:
    """Return what the statistics of one variant take in a zoo."""
    return BYTES_A_STATISTIC * packed_statistics(network).numel()


def estimated_bytes(largest: nn.Module, variants: int, entry_bytes: int) -> int:
    """Return what a network and so many variants take at most, weights and index together."""
    private = private_bytes(largest) + entry_bytes
    return shared_bytes(largest) + _CONTENTS_BYTES + variants * private


def scales_within(
    bound_bytes: int,
    family: Sequence[Scale],
    untrained: Callable[[Scale], nn.Module],
    variants: int,
    entry_bytes: int,
) -> tuple[Scale, ...]:
    """Return the scales to train, the least first, the one with most weights that fits last.

    All of the family that are neither wider nor deeper than that one belong to them; the bound
    leaves room for the statistics and index entries of `variants`. Raises StorageError, naming
    the least bound, where not even the least network fits.
    """
    need = {scale: estimated_bytes(untrained(scale), variants, entry_bytes) for scale in family}
    fitting = [scale for scale in family if need[scale] <= bound_bytes]
    if not fitting:
        least = min(need.values())
        raise StorageError(
            f'{bound_bytes / 1e6:g} MB is too little for {variants} variants of any network; '
            f'give at least {least / 1e6:.2f} MB'
        )
    largest = max(fitting, key=lambda scale: need[scale])
    inside = [s for s in family if s.width <= largest.width and s.depth <= largest.depth]
    return tuple(sorted(inside, key=lambda scale: need[scale]))
