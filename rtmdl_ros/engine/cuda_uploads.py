# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Images on their way to a GPU while its lanes compute: no lane waits for a copy from the host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Uploaded:
    """A job's images on the GPU, perhaps not all of them there yet."""

    images: Tensor
    arrived: torch.cuda.Event


class Uploads:
    """A stream that copies images to a device, for any thread."""

    def __init__(self, device: torch.device) -> None:
        """Make the stream."""
        self._device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def upload(self, images: NDArray[Any], kind: torch.dtype) -> Uploaded:
        """Copy images to the GPU; return without having waited for that.

        Through pinned memory, without which copies are not asynchronous. torch keeps and reuses
        memory of both kinds. That on the GPU is to be held until what was given to another stream
        has read it.
        """
        host = torch.empty(images.shape, dtype=kind, pin_memory=True)
        host.numpy()[...] = images
        with torch.cuda.stream(self._stream):
            own = torch.empty(images.shape, dtype=kind, device=self._device)
            own.copy_(host, non_blocking=True)
            arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
            arrived.record(self._stream)
        return Uploaded(own, arrived)
