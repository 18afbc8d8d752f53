# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The classifier: a small residual network on square crops."""

from itertools import pairwise

import torch
from torch import nn

from rtmdl_ros.networks.blocks import ConvUnit, ResidualStage, Standardise, initialise, scaled

STEM_CHANNELS = 16
STAGE_CHANNELS = (32, 64, 80)


class Classifier(nn.Module):
    """Residual network after He et al. (CVPR 2016) for crops of about 32 pixels."""

    def __init__(self, classes: int, width: float = 1.0, depth: int = 1) -> None:
        """Build it for `classes` outputs; `depth` residual blocks a stage."""
        super().__init__()
        channels = [scaled(count, width) for count in (STEM_CHANNELS, *STAGE_CHANNELS)]
        self.standardise = Standardise()
        self.stem = ConvUnit(3, channels[0])
        self.stages = nn.ModuleList(
            ResidualStage(before, after, depth) for before, after in pairwise(channels)
        )
        initialise(self)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(channels[-1], classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return logits (N, classes) from a BGR image (N, 3, H, W) with values 0 to 255."""
        features = self.stem(self.standardise(image))
        for stage in self.stages:
            features = stage(features)
        logits: torch.Tensor = self.head(self.dropout(features.mean(dim=(2, 3))))
        return logits


class DeployedClassifier(nn.Module):
    """What is exported: uint8 images in, probabilities out."""

    def __init__(self, classifier: Classifier) -> None:
        """Wrap a trained classifier."""
        super().__init__()
        self.classifier = classifier

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return probabilities (N, C) of images (N, H, W, 3)."""
        return torch.softmax(self.classifier(image.permute(0, 3, 1, 2)), dim=1)
