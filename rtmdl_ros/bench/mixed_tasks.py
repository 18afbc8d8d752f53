# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Three tasks as a team would add them, in the way of docs/own_task.md: lanes, people, scenes.

They stand for other networks than ours in the workload `mixed`: their times are real. Their
weights are random, from a seed, as no trained ones can be loaded everywhere: what they answer means
nothing, and their accuracies are assumed, not measured. See each class for where they come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.perception.frame import Image
from rtmdl_ros.perception.task import Box, Detection, NetworkVariant, PerceptionTask

_NETWORKS = ('../networks/torchvision_networks.py',)


class _Resized(PerceptionTask):
    """The network gets the whole image, resized."""

    files = _NETWORKS

    def preprocess(self, image: Image) -> NDArray[Any]:
        """Return the image in the size of the network, (1, H, W, 3) BGR."""
        size = self.variant.input_width, self.variant.input_height
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)[None]


class Lanes(_Resized):
    """Where the lane is, in strips from the bottom of the image to its middle.

    Accuracy: torchvision gives 0.912 of all pixels for LRASPP (COCO-val2017-VOC-labels) with the
    shorter side at 520. Assumed here: times (side / 520) ** 0.05.
    """

    classes = ('lane',)
    variants = (
        NetworkVariant('144x192', 144, 192, accuracy=0.855),
        NetworkVariant('192x256', 192, 256, accuracy=0.868),
        NetworkVariant('288x384', 288, 384, accuracy=0.885),
    )
    _STRIPS = 8

    def network(self) -> Any:
        """Return LRASPP on MobileNetV3."""
        from rtmdl_ros.networks.torchvision_networks import segmentation

        return segmentation()

    def postprocess(
        self, outputs: Sequence[NDArray[Any]], image: Image, score_threshold: float
    ) -> Iterator[Detection]:
        """Yield a box for each strip in which the lane is seen, from its left to its right edge."""
        (probability,) = outputs[0]
        height, width = probability.shape
        y_scale, x_scale = image.shape[0] / height, image.shape[1] / width
        edges = np.linspace(height // 2, height, self._STRIPS + 1).astype(int)
        for top, bottom in pairwise(edges):
            columns = probability[top:bottom].mean(axis=0)
            (lane,) = np.nonzero(columns >= score_threshold)
            if lane.size:
                box = Box(
                    lane[0] * x_scale, top * y_scale, (lane[-1] + 1) * x_scale, bottom * y_scale
                )
                yield Detection(self.classes[0], columns[lane].mean(), box)


class People(_Resized):
    """People as boxes.

    Accuracy: assumed, of people alone at half overlap, as that of the lights and signs is.
    torchvision gives SSDLite 0.213 at 320x320, which is the mean over 80 classes and over overlaps
    from 0.5 to 0.95. The smaller sizes: about times (side / 320) ** 0.45.
    """

    classes = ('person',)
    variants = (
        NetworkVariant('192x192', 192, 192, accuracy=0.44),
        NetworkVariant('256x256', 256, 256, accuracy=0.50),
        NetworkVariant('320x320', 320, 320, accuracy=0.55),
    )
    _CANDIDATES = 100
    _MOST_OVERLAP = 0.55

    def network(self) -> Any:
        """Return SSDLite on MobileNetV3."""
        from rtmdl_ros.networks.torchvision_networks import person_detector

        return person_detector(self.variant.input_height, self.variant.input_width)

    def postprocess(
        self, outputs: Sequence[NDArray[Any]], image: Image, score_threshold: float
    ) -> Iterator[Detection]:
        """Yield the surest boxes that do not overlap much; doubles go before scores count."""
        (scores,), (boxes,) = outputs
        best = np.argsort(-scores)[: self._CANDIDATES]
        scale = np.array(image.shape[1::-1]) / (self.variant.input_width, self.variant.input_height)
        corners = boxes[best] * np.tile(scale, 2)
        places = np.hstack((corners[:, :2], corners[:, 2:] - corners[:, :2]))
        kept = cv2.dnn.NMSBoxes(places.tolist(), scores[best].tolist(), 0.0, self._MOST_OVERLAP)
        for index in kept:
            if scores[best[index]] >= score_threshold:
                yield Detection('person', scores[best[index]], Box(*corners[index]))


class Scenes(_Resized):
    """What kind of place the car is in: the whole image as one box.

    Accuracy: what torchvision gives for ShuffleNetV2 in each width (top-1, ImageNet). Nothing is
    assumed but that four kinds of places are as hard.
    """

    classes = ('straight', 'bend', 'crossing', 'pit_lane')
    variants: tuple[NetworkVariant, ...] = (
        NetworkVariant('x0_5', 224, 224, accuracy=0.606),
        NetworkVariant('x1_0', 224, 224, accuracy=0.694),
        NetworkVariant('x1_5', 224, 224, accuracy=0.730),
        NetworkVariant('x2_0', 224, 224, accuracy=0.762),
    )

    def network(self) -> Any:
        """Return ShuffleNetV2 in the width of the variant."""
        from rtmdl_ros.networks.torchvision_networks import classifier

        return classifier(f'shufflenet_v2_{self.variant.id}', len(self.classes))

    def postprocess(
        self, outputs: Sequence[NDArray[Any]], image: Image, score_threshold: float
    ) -> Iterator[Detection]:
        """Yield the most probable kind."""
        (probabilities,) = outputs[0]
        best = int(probabilities.argmax())
        box = Box(0.0, 0.0, image.shape[1], image.shape[0])
        yield Detection(self.classes[best], probabilities[best], box)
