# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How images and weights lie in the memory of a GPU, which decides what kernels cuDNN has."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Layout:
    """Channels last for half precision, whose kernels want that, a plane a channel for single.

    The other way round an H200 took 1.3 to 1.9 times as long for the shipped networks.
    """

    half: bool

    def of_weights(self, module: nn.Module, device: torch.device) -> nn.Module:
        """Return a module with its weights on a device, the module itself if it is there."""
        layout = torch.channels_last if self.half else torch.contiguous_format
        moved: nn.Module = module.to(device, memory_format=layout)  # type: ignore[call-overload]
        return moved

    def of_images(self, images: Tensor) -> Tensor:
        """Return images (N, H, W, 3), uint8, in this layout; what is none as it is."""
        if self.half or images.dtype != torch.uint8 or images.ndim != 4 or images.shape[3] != 3:
            return images
        return images.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
