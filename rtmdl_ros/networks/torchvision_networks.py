# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks of torchvision as a team would take them, but untrained: random weights from a seed.

They take what trained ones take of time, and what they answer means nothing. All have one input,
uint8 (1, H, W, 3) BGR. Imports torch and torchvision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.models.detection import ssdlite320_mobilenet_v3_large
from torchvision.models.detection.image_list import ImageList
from torchvision.models.segmentation import deeplabv3_resnet50, lraspp_mobilenet_v3_large

SEED = 7
#: Of the classes that the published weights tell apart.
PERSON = 1
#: Made larger by this are the maps of the segmentation network.
_MAP_STRIDE = 8
#: Noise that settles the normalisation: the size of the grains of each picture, as high and wide.
_GRAINS, _SIDE = (1, 2, 4, 8, 16, 16, 32, 32), 96


def segmentation() -> nn.Module:
    """Return LRASPP on MobileNetV3: out comes the probability of one class, (1, H, W).

    H and W are multiples of 8.
    """
    return _Segmentation(_settled(lambda: lraspp_mobilenet_v3_large(**_UNTRAINED))).eval()


def large_segmentation() -> nn.Module:
    """Return DeepLabV3 on ResNet-50: out comes the probability of one class, (1, H / 8, W / 8).

    H and W are multiples of 8.
    """
    return _LargeSegmentation(_settled(lambda: deeplabv3_resnet50(**_UNTRAINED))).eval()


def person_detector(height: int, width: int) -> nn.Module:
    """Return SSDLite on MobileNetV3: out come N probabilities (1, N) and boxes (1, N, 4).

    Boxes are x_min, y_min, x_max, y_max in pixels of the input, before suppression of doubles.
    """
    network = _settled(
        lambda: ssdlite320_mobilenet_v3_large(**_UNTRAINED),
        lambda network, images: network.head(list(network.backbone(images).values())),
    )
    return _Detector(network, height, width).eval()


def classifier(name: str, classes: int) -> nn.Module:
    """Return a classifier by torchvision's name: out come probabilities (1, classes)."""
    network = _settled(lambda: models.get_model(name, weights=None, num_classes=classes))
    return _Classifier(network).eval()


_UNTRAINED: dict[str, Any] = {'weights': None, 'weights_backbone': None}


def _settled(
    make: Callable[[], Any],
    run: Callable[[Any, Tensor], object] = lambda network, images: network(images),
) -> Any:
    """Make a network and let its normalisation learn the scale of what it sees, from noise.

    Without, signals fade from layer to layer, down to numbers with which processors are slow. With
    fine noise alone they would grow on pictures, beyond what half precision holds.
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(SEED)
        network = make().train()
        images = torch.stack([_noise(grain) for grain in _GRAINS])
        for each in network.modules():
            if isinstance(each, nn.BatchNorm2d):
                each.momentum = 1.0
        run(network, _normalised(images))
    return network.eval()


def _noise(grain: int) -> Tensor:
    coarse = torch.randint(0, 256, (_SIDE // grain, _SIDE // grain, 3), dtype=torch.uint8)
    return coarse.repeat_interleave(grain, dim=0).repeat_interleave(grain, dim=1)


def _normalised(images: Tensor) -> Tensor:
    return images.permute(0, 3, 1, 2).flip(1).float() / 127.5 - 1.0


class _Around(nn.Module):
    """A network of torchvision, with what is done before and after it."""

    network: Any

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network


class _Segmentation(_Around):
    def forward(self, images: Tensor) -> Tensor:
        features = self.network.backbone(_normalised(images))
        shares = self.network.classifier(features).softmax(dim=1)
        # Made larger by one class alone: the module itself does it with all 21.
        one = nn.functional.interpolate(shares[:, 1:2], scale_factor=_MAP_STRIDE, mode='bilinear')
        return one[:, 0]


class _LargeSegmentation(_Around):
    def forward(self, images: Tensor) -> Tensor:
        features = self.network.backbone(_normalised(images))['out']
        shares: Tensor = self.network.classifier(features).softmax(dim=1)
        return shares[:, 1]


class _Classifier(_Around):
    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.network(_normalised(images))
        return logits.softmax(dim=1)


class _Detector(nn.Module):
    """What torchvision does in lists of Python, for one size and one class."""

    centres: Tensor
    sizes: Tensor
    weights: Tensor

    def __init__(self, network: Any, height: int, width: int) -> None:
        super().__init__()
        self.backbone, self.head = network.backbone, network.head
        empty = torch.zeros((1, 3, height, width))
        maps = list(self.backbone(empty).values())
        (corners,) = network.anchor_generator(ImageList(empty, [(height, width)]), maps)
        self.register_buffer('centres', (corners[:, :2] + corners[:, 2:]) / 2)
        self.register_buffer('sizes', corners[:, 2:] - corners[:, :2])
        self.register_buffer('weights', torch.tensor(network.box_coder.weights))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        found = self.head(list(self.backbone(_normalised(images)).values()))
        offsets = found['bbox_regression'] / self.weights
        centres = self.centres + offsets[..., :2] * self.sizes
        halves = self.sizes * offsets[..., 2:].clamp(max=4.0).exp() / 2
        boxes = torch.cat((centres - halves, centres + halves), dim=-1)
        return found['cls_logits'].softmax(dim=-1)[..., PERSON], boxes
