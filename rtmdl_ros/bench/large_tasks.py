# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Two tasks that are a load for a large GPU: surfaces and places.

As in `mixed_tasks` their times are real, while weights are random, answers mean nothing, and
accuracies are assumed.
"""

from __future__ import annotations

from typing import Any

from rtmdl_ros.bench.mixed_tasks import Lanes, Scenes
from rtmdl_ros.perception.task import NetworkVariant


class Surfaces(Lanes):
    """Where the ground is, in strips from the bottom of the image to its middle.

    Accuracy: torchvision gives 0.924 of all pixels for DeepLabV3 on ResNet-50
    (COCO-val2017-VOC-labels) with the shorter side at 520. Assumed: times (side / 520) ** 0.05.
    """

    classes = ('ground',)
    variants = (
        NetworkVariant('520x696', 520, 696, accuracy=0.924),
        NetworkVariant('736x976', 736, 976, accuracy=0.940),
        NetworkVariant('1040x1384', 1040, 1384, accuracy=0.957),
    )

    def network(self) -> Any:
        """Return DeepLabV3 on ResNet-50: 180 billion multiply-adds at 520x520."""
        from rtmdl_ros.networks.torchvision_networks import large_segmentation

        return large_segmentation()


class Places(Scenes):
    """What kind of place the car is in: the whole image as one box.

    Accuracy: what torchvision gives for ResNet in each depth (top-1, ImageNet). Nothing is assumed
    but that four kinds of places are as hard.
    """

    variants = (
        NetworkVariant('resnet18', 224, 224, accuracy=0.698),
        NetworkVariant('resnet50', 224, 224, accuracy=0.809),
        NetworkVariant('resnet101', 224, 224, accuracy=0.819),
    )

    def network(self) -> Any:
        """Return the ResNet that the variant is named after."""
        from rtmdl_ros.networks.torchvision_networks import classifier

        return classifier(self.variant.id, len(self.classes))
