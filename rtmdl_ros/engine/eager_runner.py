# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One network by torch itself, operation by operation, as teams run it before they export it.

For comparison only: nothing of ours runs a network like that. Imports torch.
"""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn

from rtmdl_ros.engine.runner import Outputs, Runner, Tensors


class EagerRunner(Runner):
    """A module on the processor, of one segment: see Runner."""

    segments = 1

    def __init__(self, module: nn.Module) -> None:
        """Take a module that makes a tensor, or a tuple of tensors, of one tensor."""
        self._module = module.eval()

    def start(self, images: NDArray[Any]) -> Tensors:
        """Return the tensors for segment 0."""
        return {'image': images}

    def run_segment(self, index: int, tensors: Tensors) -> Tensors:
        """Run the module."""
        if index:
            raise IndexError(f'segment {index} of {self.segments}')
        return {str(place): output for place, output in enumerate(self.run(tensors['image']))}

    def outputs(self, tensors: Tensors) -> Outputs:
        """Return the outputs in the module's order."""
        return tuple(tensors[str(place)] for place in range(len(tensors)))

    def run(self, images: NDArray[Any]) -> Outputs:
        """Compute all outputs."""
        with torch.inference_mode():  # of this thread only
            made = self._module(torch.from_numpy(images))
            outputs = (made,) if isinstance(made, torch.Tensor) else made
            return tuple(output.numpy() for output in outputs)


def use_threads(count: int) -> None:
    """Let each operation of this process have so many threads."""
    torch.set_num_threads(count)
