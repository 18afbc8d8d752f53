# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""In which number format this machine trains fastest."""

import time

import torch
from torch.nn import functional

_CALLS = 3


def training_type(device: torch.device) -> torch.dtype:
    """Return bfloat16 where convolutions are quicker in it, else float32.

    It is measured: without an instruction set of its own a CPU only imitates bfloat16 and is ten
    times slower in it than in float32.
    """
    seconds = {dtype: _seconds(device, dtype) for dtype in (torch.float32, torch.bfloat16)}
    return min(seconds, key=lambda dtype: seconds[dtype])


def _seconds(device: torch.device, dtype: torch.dtype) -> float:
    image = torch.zeros(1, 64, 32, 32, dtype=dtype, device=device)
    weight = torch.zeros(64, 64, 3, 3, dtype=dtype, device=device)
    least = float('inf')
    for _ in range(_CALLS):
        start = time.perf_counter()
        # The sum is fetched, so that a GPU has finished.
        float(functional.conv2d(image, weight, padding=1).sum())
        least = min(least, time.perf_counter() - start)
    return least
