# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random changes of whole batches of sign crops, in torch; never mirrored, that changes a sign."""

import torch
from torch.nn import functional

from rtmdl_ros.networks.scale import InputSize


def _uniform(shape: tuple[int, ...], low: float, high: float, rng: torch.Generator) -> torch.Tensor:
    return torch.rand(shape, generator=rng) * (high - low) + low


def _homographies(count: int, rng: torch.Generator) -> torch.Tensor:
    """Return (N, 3, 3) maps from output to input coordinates, both -1 to 1."""
    angle = _uniform((count,), -0.26, 0.26, rng)
    size = torch.exp(_uniform((count, 2), -0.18, 0.18, rng))
    stretch = torch.exp(_uniform((count,), -0.14, 0.14, rng))
    shear = _uniform((count,), -0.15, 0.15, rng)
    maps = torch.zeros(count, 3, 3)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    maps[:, 0, 0] = cosine * size[:, 0] * stretch
    maps[:, 0, 1] = (-sine + shear) * size[:, 0]
    maps[:, 1, 0] = sine * size[:, 0]
    maps[:, 1, 1] = cosine * size[:, 0] / stretch
    maps[:, :2, 2] = _uniform((count, 2), -0.18, 0.18, rng)
    maps[:, 2, :2] = _uniform((count, 2), -0.12, 0.12, rng)
    maps[:, 2, 2] = 1
    return maps


def warp(images: torch.Tensor, size: InputSize, rng: torch.Generator) -> torch.Tensor:
    """Turn, scale, shear, shift and tilt each of the images (N, 3, H, W); returns another size."""
    count, (height, width) = len(images), size
    rows = (torch.arange(height) + 0.5) * 2 / height - 1
    columns = (torch.arange(width) + 0.5) * 2 / width - 1
    y, x = torch.meshgrid(rows, columns, indexing='ij')
    points = torch.stack([x, y, torch.ones_like(x)]).reshape(3, -1)
    mapped = _homographies(count, rng) @ points
    grid = (mapped[:, :2] / mapped[:, 2:].clamp(min=0.3)).transpose(1, 2)
    return functional.grid_sample(
        images, grid.reshape(count, height, width, 2), padding_mode='reflection',
        align_corners=False,
    )  # fmt: skip


def _kernels(count: int, rng: torch.Generator) -> torch.Tensor:
    """Return (N, 1, 5, 5) blur kernels: elongated Gaussians in any direction, many very narrow."""
    steps = torch.arange(5, dtype=torch.float32) - 2
    y, x = torch.meshgrid(steps, steps, indexing='ij')
    angle = _uniform((count, 1, 1), 0.0, 3.1416, rng)
    along = 0.15 + 1.6 * _uniform((count, 1, 1), 0.0, 1.0, rng) ** 2
    across = torch.minimum(along, 0.15 + _uniform((count, 1, 1), 0.0, 1.0, rng) ** 2)
    u = x * torch.cos(angle) + y * torch.sin(angle)
    v = y * torch.cos(angle) - x * torch.sin(angle)
    kernels = torch.exp(-0.5 * ((u / along) ** 2 + (v / across) ** 2))
    return (kernels / kernels.sum(dim=(1, 2), keepdim=True))[:, None]


def blur(images: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Blur each of the images (N, 3, H, W) its own way."""
    count, channels, height, width = images.shape
    padded = functional.pad(images, (2, 2, 2, 2), mode='replicate')
    flat = padded.reshape(1, count * channels, height + 4, width + 4)
    kernels = _kernels(count, rng).repeat_interleave(channels, dim=0)
    return functional.conv2d(flat, kernels, groups=count * channels).reshape(images.shape)


def relight(images: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Change contrast, brightness, gamma, white balance and noise of images (N, 3, H, W)."""
    count = images.shape[0]
    shape = (count, 1, 1, 1)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    contrast = torch.exp(_uniform(shape, -1.0, 0.5, rng))
    target = mean * torch.exp(_uniform(shape, -1.0, 0.7, rng)) + _uniform(shape, -12.0, 12.0, rng)
    balance = torch.exp(_uniform((count, 3, 1, 1), -0.1, 0.1, rng))
    images = (((images - mean) * contrast + target) * balance).clamp(0, 255)
    gamma = torch.exp(_uniform(shape, -0.35, 0.35, rng))
    images = 255 * (images / 255) ** gamma
    noise = torch.randn(images.shape, generator=rng) * (10 * torch.rand(shape, generator=rng) ** 2)
    return (images + noise).clamp(0, 255)


def cut_out(images: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Cover a small rectangle of every fourth image (N, 3, H, W) with one grey (DeVries 2017)."""
    count, _, height, width = images.shape
    centre = torch.rand((count, 2), generator=rng)
    half = _uniform((count, 2), 0.05, 0.16, rng)
    chosen = torch.rand((count, 1, 1), generator=rng) < 0.25
    y = ((torch.arange(height) + 0.5) / height)[None, :, None]
    x = ((torch.arange(width) + 0.5) / width)[None, None, :]
    inside = (y - centre[:, 0, None, None]).abs() < half[:, 0, None, None]
    inside = inside & ((x - centre[:, 1, None, None]).abs() < half[:, 1, None, None]) & chosen
    fill = _uniform((count, 1, 1, 1), 0.0, 255.0, rng)
    return torch.where(inside[:, None], fill, images)


def augment(images: torch.Tensor, size: InputSize, rng: torch.Generator) -> torch.Tensor:
    """Return a changed copy of crops (N, 3, H, W), float, 0 to 255, of the size asked for."""
    return cut_out(relight(blur(warp(images, size, rng), rng), rng), rng)
