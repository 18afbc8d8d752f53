# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Building blocks of the networks: dense convolutions that can be cut to a prefix of channels.

All fusion is by addition, so that the first channels of every layer are a network of their own
(slimmable networks, arXiv 1812.08928): a narrower variant is a contiguous slice of the weights.
"""

import torch
from torch import nn

from rtmdl_ros.networks.letterbox import GREY

PIXEL_SCALE = 1 / 64
#: Keeps the noise of an even image small, in pixel values.
LEAST_DEVIATION = 8.0


def scaled(channels: int, width: float) -> int:
    """Return the channel count at a width multiplier, a multiple of 8 and at least 8."""
    return max(8, round(channels * width / 8) * 8)


class Normalise(nn.Module):
    """Map pixels 0 to 255 to about -1.8 to 2.2, the letterbox's grey to 0 as convolutions pad."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the float image of the same shape (N, 3, H, W)."""
        return (image.float() - GREY) * PIXEL_SCALE


class Standardise(nn.Module):
    """Give each image mean 0 and about deviation 1: neither light nor contrast tells signs apart.

    Over all channels together, so that colours stay what they are.
    """

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the float image of the same shape (N, 3, H, W)."""
        image = image.float()
        centred = image - image.mean(dim=(1, 2, 3), keepdim=True)
        deviation = (centred * centred).mean(dim=(1, 2, 3), keepdim=True).sqrt()
        return centred / (deviation + LEAST_DEVIATION)


class ConvUnit(nn.Module):
    """3x3 (or 1x1) convolution, batch normalisation, ReLU; stride 1 or 2 keeps size // stride."""

    def __init__(
        self, inputs: int, outputs: int, stride: int = 1, size: int = 3, relu: bool = True
    ) -> None:
        """Build the unit; `relu` False leaves out the last step."""
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return (N, outputs, H / stride, W / stride) from (N, inputs, H, W)."""
        features = self.norm(self.conv(features))
        return torch.relu(features) if self.relu else features


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around an identity (He et al., CVPR 2016); shape unchanged."""

    def __init__(self, channels: int) -> None:
        """Build the block; its last scale starts at 0, so that it starts as the identity."""
        super().__init__()
        self.first = ConvUnit(channels, channels)
        self.second = ConvUnit(channels, channels, relu=False)
        assert isinstance(self.second.norm, nn.BatchNorm2d)
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return features of the same shape (N, C, H, W)."""
        return torch.relu(features + self.second(self.first(features)))


class ResidualStage(nn.Module):
    """A convolution of stride 2, then `depth` residual blocks."""

    def __init__(self, inputs: int, outputs: int, depth: int) -> None:
        """Build the stage; depth 0 is only the convolution."""
        super().__init__()
        self.reduce = ConvUnit(inputs, outputs, stride=2)
        self.blocks = nn.ModuleList(ResidualBlock(outputs) for _ in range(depth))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return (N, outputs, H / 2, W / 2) from (N, inputs, H, W)."""
        features = self.reduce(features)
        for block in self.blocks:
            features = block(features)
        return features


def initialise(module: nn.Module) -> None:
    """Set every convolution's weights as He et al. (ICCV 2015) do for ReLU networks."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode='fan_out', nonlinearity='relu')
