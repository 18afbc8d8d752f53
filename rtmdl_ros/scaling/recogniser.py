# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How the sign recogniser learns."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from rtmdl_ros.networks.classifier import Classifier
from rtmdl_ros.scaling.crop_augmentation import augment
from rtmdl_ros.scaling.sign_crops import CLASSES, Crops
from rtmdl_ros.scaling.train import Schedule

LABEL_SMOOTHING = 0.05


def to_tensor(crops: Crops) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images (N, 3, H, W) uint8 and labels (N,) int64."""
    images = torch.from_numpy(np.ascontiguousarray(crops.images.transpose(0, 3, 1, 2)))
    return images, torch.from_numpy(crops.labels)


@dataclass
class RecogniserLesson:
    """43 signs from real crops, with a share of rendered ones in every batch."""

    training: Crops
    validation: Crops
    rendered: Crops | None
    width: float
    depth: int
    seed: int
    rendered_share: float = 0.15
    name: str = 'traffic_sign_recogniser'

    def model(self) -> nn.Module:
        """Return the untrained network."""
        return Classifier(CLASSES, self.width, self.depth)

    def batches(
        self, first_step: int, schedule: Schedule
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield augmented float images (N, 3, H, W) and labels (N,)."""
        images, labels = to_tensor(self.training)
        extra = None if self.rendered is None else to_tensor(self.rendered)
        extra_count = 0 if extra is None else int(schedule.batch * self.rendered_share)
        rng = torch.Generator()
        for step in range(first_step, schedule.steps):
            rng.manual_seed(self.seed * 1_000_003 + step)
            chosen = torch.randint(len(labels), (schedule.batch - extra_count,), generator=rng)
            batch, target = images[chosen], labels[chosen]
            if extra is not None:
                chosen = torch.randint(len(extra[1]), (extra_count,), generator=rng)
                batch = torch.cat([batch, extra[0][chosen]])
                target = torch.cat([target, extra[1][chosen]])
            yield augment(batch.float(), rng), target

    def loss(self, model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """Return the cross entropy with smoothed labels."""
        images, labels = batch
        with torch.autocast('cpu', torch.bfloat16):
            logits = model(images.contiguous(memory_format=torch.channels_last))
        return functional.cross_entropy(logits.float(), labels, label_smoothing=LABEL_SMOOTHING)

    def validate(self, model: nn.Module) -> float:
        """Return top-1 accuracy on the validation tracks, less a hint of the loss to break ties."""
        images, labels = to_tensor(self.validation)
        logits = torch.cat([model(part.float()) for part in torch.split(images, 512)])
        correct = (logits.argmax(dim=1) == labels).float().mean()
        return float(correct - 1e-3 * functional.cross_entropy(logits, labels))
