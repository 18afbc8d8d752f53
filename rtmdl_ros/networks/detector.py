# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The detector: single shot, anchor free, one output map at an eighth of the input's size."""

import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from rtmdl_ros.networks.blocks import ConvUnit, Normalise, ResidualStage, initialise, scaled

STEM_CHANNELS = 16
#: Output channels of the stages at strides 4, 8, 16 and 32. The first is a lone convolution: a
#: residual block on that many pixels would cost a third of the network.
STAGE_CHANNELS = (32, 48, 96, 128)
FUSED_CHANNELS = 48
#: Input pixels between two cells of the output map.
STRIDE = 8
#: Chance of an object in a cell before training, so that the focal loss starts small
#: (Lin et al., ICCV 2017).
PRIOR = 0.01
#: Distance in cells before training: objects of 4 cells, 32 pixels.
FIRST_CELLS = 2.0
#: Largest logarithm of a distance in cells: exp(4.5) * 8 = 720 pixels.
MAX_LOG_DISTANCE = 4.5


class DetectorOutput(NamedTuple):
    """Raw maps: class logits (N, C, h, w) and distances (N, 4, h, w) in input pixels.

    Distances go from the cell's centre to the box's left, top, right and bottom edge.
    """

    logits: torch.Tensor
    distances: torch.Tensor


class Detector(nn.Module):
    """Backbone to stride 32, top-down fusion by addition to stride 8, heat map and distances.

    Heat map per class as in CenterNet (arXiv 1904.07850), four distances a cell as in FCOS
    (arXiv 1904.01355) trained as in TTFNet (arXiv 1909.00700), fusion as in FPN (CVPR 2017).
    """

    def __init__(self, classes: int, width: float = 1.0, depth: int = 1) -> None:
        """Build it for `classes` heat maps; `depth` residual blocks a stage from stride 8."""
        super().__init__()
        stem = scaled(STEM_CHANNELS, width)
        stages = [scaled(count, width) for count in STAGE_CHANNELS]
        fused = scaled(FUSED_CHANNELS, width)
        self.normalise = Normalise()
        self.stem = ConvUnit(3, stem, stride=2)
        self.stages = nn.ModuleList(
            ResidualStage(before, after, depth if index else 0)
            for index, (before, after) in enumerate(zip([stem, *stages[:-1]], stages, strict=True))
        )
        self.laterals = nn.ModuleList(
            ConvUnit(channels, fused, size=1, relu=False) for channels in stages[1:]
        )
        self.fuse = ConvUnit(fused, fused)
        self.tower = ConvUnit(fused, fused)
        initialise(self)
        self.heat = nn.Conv2d(fused, classes, 1)
        self.distance = nn.Conv2d(fused, 4, 1)
        starts = (
            (self.heat, math.log(PRIOR / (1 - PRIOR))),
            (self.distance, math.log(FIRST_CELLS)),
        )
        for head, bias in starts:
            nn.init.normal_(head.weight, std=0.01)
            assert head.bias is not None
            nn.init.constant_(head.bias, bias)

    def forward(self, image: torch.Tensor) -> DetectorOutput:
        """Return the raw maps of a BGR image (N, 3, H, W), 0 to 255, H and W multiples of 32."""
        features = self.stem(self.normalise(image))
        levels = []
        for stage in self.stages:
            features = stage(features)
            levels.append(features)
        fused = self.laterals[-1](levels[-1])
        for lateral, level in zip(self.laterals[-2::-1], levels[-2:0:-1], strict=True):
            fused = lateral(level) + functional.interpolate(fused, scale_factor=2.0)
        fused = self.tower(self.fuse(torch.relu(fused)))
        cells = self.distance(fused).float().clamp(-MAX_LOG_DISTANCE, MAX_LOG_DISTANCE)
        return DetectorOutput(self.heat(fused).float(), torch.exp(cells) * STRIDE)


def cell_centres(height: int, width: int) -> torch.Tensor:
    """Return the input pixel (x, y) of every cell's centre as (2, height, width)."""
    rows = (torch.arange(height, dtype=torch.float32) + 0.5) * STRIDE
    columns = (torch.arange(width, dtype=torch.float32) + 0.5) * STRIDE
    return torch.stack([columns.expand(height, width), rows[:, None].expand(height, width)])


def boxes_of(distances: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    """Return boxes x_min, y_min, x_max, y_max (N, 4, h, w) in input pixels."""
    return torch.cat([centres - distances[:, :2], centres + distances[:, 2:]], dim=1)


class DeployedDetector(nn.Module):
    """What is exported: uint8 image in, peak scores and boxes out."""

    centres: torch.Tensor

    def __init__(self, detector: Detector, input_height: int, input_width: int) -> None:
        """Wrap a trained detector for one input size."""
        super().__init__()
        self.detector = detector
        centres = cell_centres(input_height // STRIDE, input_width // STRIDE)
        self.register_buffer('centres', centres)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return scores (N, C, h, w), non-peaks at 0, and boxes (N, 4, h, w) of (N, H, W, 3)."""
        output = self.detector(image.permute(0, 3, 1, 2))
        scores = torch.sigmoid(output.logits)
        peaks = functional.max_pool2d(scores, 3, stride=1, padding=1)
        scores = torch.where(scores == peaks, scores, torch.zeros_like(scores))
        return scores, boxes_of(output.distances, self.centres)
