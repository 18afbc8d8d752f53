# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What one network learns from, as training needs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

import torch
from torch import nn

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.ladder import Examiner
from rtmdl_ros.scaling.schedule import Schedule


class ImageBatch(Protocol):
    """A batch of any lesson."""

    @property
    def images(self) -> torch.Tensor:
        """Return the images (N, 3, H, W)."""


Batch = TypeVar('Batch', bound=ImageBatch)


class Lesson(Examiner, Protocol[Batch]):
    """What one network learns from: its data, its loss and its examination.

    Its scales are trained together.
    """

    name: str
    #: The input size of the examinations during training.
    base_size: InputSize

    @property
    def data_checksum(self) -> str:
        """Return a checksum of the training and validation data with their labels."""

    def untrained(self, scale: Scale) -> nn.Module:
        """Return the network of a scale with random weights."""

    def batches(self, first_step: int, schedule: Schedule) -> Iterable[Batch]:
        """Yield the batches of the steps from `first_step` on, the same for the same seed."""

    def loss(self, output: Any, batch: Batch, teacher: Any | None) -> torch.Tensor:
        """Return the mean loss of a batch; with a teacher's output also of not being like it.

        No gradient may go into the teacher's output.
        """
