# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What every engine offers to run a network with."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

#: Tensors by name, of any type and shape: arrays, between segments also tensors on a GPU.
Tensors = Mapping[str, Any]
Outputs = tuple[NDArray[np.float32], ...]


class Runner(Protocol):
    """A loaded network of one or more segments; its methods may be called from several lanes.

    It keeps no state of a job: that is all in the tensors, which the caller hands on.
    """

    #: Whether it waits for another device than the processor: only the clock tells its time then.
    waits: bool = False
    #: Memory of another device that it takes; 0: it takes that of this process.
    device_bytes: int = 0

    @property
    def segments(self) -> int:
        """How many segments there are, at least 1."""

    def for_urgent(self) -> 'Runner':
        """Return what runs the same network for the most urgent task.

        Where there are several streams, that is on the one that the GPU serves first.
        """
        return self

    def start(self, images: NDArray[Any]) -> Tensors:
        """Return the tensors for segment 0, for what the network takes.

        For one of a zoo that is a batch of BGR images, uint8 (N, H, W, 3).
        """

    def run_segment(self, index: int, tensors: Tensors) -> Tensors:
        """Run segment `index`, from 0; leaves the tensors given alone.

        Returns only what later segments or the caller still need. Raises IndexError for a segment
        that there is not, KeyError where an earlier one has not been run.
        """

    def outputs(self, tensors: Tensors) -> Outputs:
        """Return the network's outputs, in its own order, from what the last segment returned.

        Raises KeyError where that has not been run.
        """

    def run(self, images: NDArray[Any]) -> Outputs:
        """Compute all outputs for what `start` takes, in one go."""
