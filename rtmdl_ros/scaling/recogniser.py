# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How the sign recogniser learns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from rtmdl_ros.networks.classifier import Classifier
from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.calibration import calibrated
from rtmdl_ros.scaling.crop_augmentation import augment
from rtmdl_ros.scaling.origin import checksum_of_arrays
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.scaling.sign_crops import CLASSES, Crops, resized
from rtmdl_ros.scaling.step_choice import size_at

LABEL_SMOOTHING = 0.05
#: Share of the teacher's answer in what a smaller network should answer.
IMITATION_SHARE = 0.7
#: Of a batch.
RENDERED_SHARE = 0.15
#: Crops from which statistics are taken, whole batches of them, as all batches weigh alike. They
#: are drawn with replacement: of fewer crops each is seen in several augmentations.
CALIBRATION_CROPS = 2048
CALIBRATION_BATCH = 256


class CropBatch(NamedTuple):
    """Augmented float images (N, 3, H, W), 0 to 255, and labels (N,)."""

    images: torch.Tensor
    labels: torch.Tensor


def to_tensor(crops: Crops) -> CropBatch:
    """Return images (N, 3, H, W) uint8 and labels (N,) int64."""
    images = torch.from_numpy(np.ascontiguousarray(crops.images.transpose(0, 3, 1, 2)))
    return CropBatch(images, torch.from_numpy(crops.labels))


@dataclass
class RecogniserLesson:
    """43 signs in all scales from real crops, with a share of rendered ones in every batch."""

    training: Crops
    validation: Crops
    rendered: Crops
    scales: tuple[Scale, ...]
    sizes: tuple[InputSize, ...]
    #: The size of the examinations during training.
    base_size: InputSize
    seed: int
    name: str = 'traffic_sign_recogniser'
    _calibration: dict[InputSize, list[torch.Tensor]] = field(default_factory=dict)

    @property
    def data_checksum(self) -> str:
        """Return a checksum of all crops, the rendered ones too, and their labels."""
        crops = (self.training, self.validation, self.rendered)
        return checksum_of_arrays(*(part for each in crops for part in (each.images, each.labels)))

    def untrained(self, scale: Scale) -> nn.Module:
        """Return the network of a scale with random weights."""
        return Classifier(CLASSES, scale.width, scale.depth)

    def batches(self, first_step: int, schedule: Schedule) -> Iterator[CropBatch]:
        """Yield augmented crops; all of one step have one size, drawn by chance."""
        real = to_tensor(self.training)
        rendered = to_tensor(self.rendered)
        count = int(schedule.batch * RENDERED_SHARE)
        rng = torch.Generator()
        for step in range(first_step, schedule.steps):
            rng.manual_seed(self.seed * 1_000_003 + step)
            parts = _drawn(real, schedule.batch - count, rng), _drawn(rendered, count, rng)
            images = torch.cat([part.images for part in parts])
            labels = torch.cat([part.labels for part in parts])
            size = size_at(self.sizes, step, self.seed)
            yield CropBatch(augment(images.float(), size, rng), labels)

    def loss(
        self, output: torch.Tensor, batch: CropBatch, teacher: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the cross entropy with smoothed labels, in part with the teacher's answer."""
        labels = batch.labels.to(output.device)
        logits = output.float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=LABEL_SMOOTHING)
        if teacher is None:
            return loss
        wanted = torch.softmax(teacher.detach().float(), dim=1)
        imitation = functional.cross_entropy(logits, wanted)
        return (1 - IMITATION_SHARE) * loss + IMITATION_SHARE * imitation

    def calibrated(
        self, weights: Mapping[str, torch.Tensor], scale: Scale, size: InputSize
    ) -> Classifier:
        """Return the trained network of a scale, with its statistics for an input size."""
        if size not in self._calibration:
            rng = torch.Generator().manual_seed(self.seed)
            crops = _drawn(to_tensor(self.training), CALIBRATION_CROPS, rng)
            images = augment(crops.images.float(), size, rng)
            self._calibration[size] = list(torch.split(images, CALIBRATION_BATCH))
        network = calibrated(self.untrained(scale), weights, self._calibration[size])
        assert isinstance(network, Classifier)
        return network

    def validate(self, network: nn.Module, size: InputSize) -> float:
        """Return top-1 accuracy on the validation tracks, less a hint of the loss to break ties."""
        images, labels = to_tensor(resized(self.validation, size))
        with torch.no_grad():
            logits = torch.cat([network(part.float()) for part in torch.split(images, 512)])
        correct = (logits.argmax(dim=1) == labels).float().mean()
        return float(correct - 1e-3 * functional.cross_entropy(logits, labels))


def _drawn(crops: CropBatch, count: int, rng: torch.Generator) -> CropBatch:
    chosen = torch.randint(len(crops.labels), (count,), generator=rng)
    return CropBatch(crops.images[chosen], crops.labels[chosen])
