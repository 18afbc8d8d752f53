# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a network is and how it is trained, as a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from rtmdl_ros.networks.build import untrained
from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.lesson import Lesson
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.scaling.storage import ENTRY_BYTES, scales_within


@dataclass(frozen=True)
class Recipe:
    """One network: its kind, the variants it may have and its training."""

    network: str
    #: 'detector' or 'classifier'.
    kind: str
    classes: tuple[str, ...]
    #: All scales, of which the storage bound leaves some.
    family: tuple[Scale, ...]
    #: From the least to the largest; the base size is the one of examinations during training.
    sizes: tuple[InputSize, ...]
    base_size: InputSize
    schedule: Schedule
    lesson: Callable[[Recipe, Path, Path, int], Lesson[Any]]
    #: Names in provenance.SOURCES.
    data: tuple[str, ...]
    #: What all variants may take together, with their index.
    storage_mb: float
    #: Most variants in the zoo.
    variants: int

    def untrained(self, scale: Scale) -> nn.Module:
        """Return the network of a scale with random weights."""
        return untrained(self.kind, len(self.classes), scale.width, scale.depth)

    @property
    def storage_bytes(self) -> int:
        """The storage bound."""
        return round(self.storage_mb * 1e6)

    def scales(self) -> tuple[Scale, ...]:
        """Return the scales to train within the storage bound, the least first.

        Raises StorageError for a bound that is too small.
        """
        entry_bytes = ENTRY_BYTES[self.kind]
        return scales_within(
            self.storage_bytes, self.family, self.untrained, self.variants, entry_bytes
        )
