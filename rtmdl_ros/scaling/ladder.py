# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variants of a trained network are worth their storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from rich.progress import track
from torch import nn

from rtmdl_ros.networks import pareto as fronts
from rtmdl_ros.networks.build import count_macs, count_parameters
from rtmdl_ros.networks.scale import InputSize, Scale, variant_id
from rtmdl_ros.networks.slicing import packed_statistics


@dataclass(frozen=True)
class ZooCandidate:
    """A variant that could be in the zoo."""

    scale: Scale
    size: InputSize
    parameters: int
    macs: int
    #: On the validation split, the larger the better.
    figure: float
    #: As `packed_statistics` returns them.
    statistics: torch.Tensor

    @property
    def id(self) -> str:
        """Name of the variant."""
        return variant_id(self.scale, self.size)


#: Bytes of a ladder.
Size = Callable[[Sequence[ZooCandidate]], int]


class Examiner(Protocol):
    """What a lesson knows of its network's scales once it is trained."""

    #: From the least to the largest.
    scales: tuple[Scale, ...]
    sizes: tuple[InputSize, ...]

    def calibrated(
        self, weights: Mapping[str, torch.Tensor], scale: Scale, size: InputSize
    ) -> nn.Module:
        """Return the trained network of a scale, with its statistics for an input size."""

    def validate(self, network: nn.Module, size: InputSize) -> float:
        """Return a network's figure on the validation split."""


def candidates_of(lesson: Examiner, weights: Mapping[str, torch.Tensor]) -> list[ZooCandidate]:
    """Calibrate and validate every scale at every input size."""
    pairs = [(scale, size) for size in lesson.sizes for scale in lesson.scales]
    return [_candidate(lesson, weights, *pair) for pair in track(pairs, 'validating variants')]


def _candidate(
    lesson: Examiner, weights: Mapping[str, torch.Tensor], scale: Scale, size: InputSize
) -> ZooCandidate:
    network = lesson.calibrated(weights, scale, size)
    return ZooCandidate(
        scale,
        size,
        count_parameters(network),
        count_macs(network, *size),
        lesson.validate(network, size),
        packed_statistics(network),
    )


def pareto(candidates: Sequence[ZooCandidate]) -> list[ZooCandidate]:
    """Return those that no other beats with as few operations, from the fewest to the most."""
    return fronts.pareto(candidates, _macs, _figure)


def thinned(candidates: Sequence[ZooCandidate], most: int) -> list[ZooCandidate]:
    """Return at most `most` of a front, its ends among them, see `networks.pareto.thinned`."""
    return fronts.thinned(candidates, most, _macs, _figure)


def _inside(scale: Scale, whole: Scale) -> bool:
    return scale.width <= whole.width and scale.depth <= whole.depth


def _macs(candidate: ZooCandidate) -> int:
    return candidate.macs


def _figure(candidate: ZooCandidate) -> float:
    return candidate.figure


def within(
    front: Sequence[ZooCandidate], most: int, bound_bytes: int, size_of: Size
) -> list[ZooCandidate]:
    """Return the longest ladder of at most `most` variants that `size_of` finds to fit.

    All are slices of the most accurate one, so that it is what the file takes: a deeper one that
    is less accurate is not worth its blocks. Where not even the most accurate one fits the next
    best takes its place.
    """
    for top in range(len(front), 0, -1):
        slices = [each for each in front[:top] if _inside(each.scale, front[top - 1].scale)]
        for count in range(min(most, len(slices)), 0, -1):
            ladder = thinned(slices, count)
            if size_of(ladder) <= bound_bytes:
                return ladder
    return []
