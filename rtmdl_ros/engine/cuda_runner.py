# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One network on a GPU behind the seam of all engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from rtmdl_ros.engine.cuda_graphs import CapturedNetwork
from rtmdl_ros.engine.cuda_lanes import CudaLane, CudaLanes
from rtmdl_ros.engine.runner import Outputs, Runner, Tensors
from rtmdl_ros.engine.torch_segments import output_names

#: Of the images in a batch that is filled up to the size of a graph.
_COUNT = 'count'


class CudaRunner(Runner):
    """A captured network: see Runner. A job's segments may run in different lanes."""

    waits = True

    def __init__(
        self,
        lanes: CudaLanes,
        networks: Mapping[tuple[int, int], CapturedNetwork],
        device_bytes: int,
        precision: str,
        urgent: bool = False,
    ) -> None:
        """Take the network of each lane, by its number, and batch size.

        `precision` is 'half' or 'single'.
        """
        self._lanes = lanes
        self.networks = networks
        self.precision = precision
        self._sizes = sorted({size for _, size in networks})
        self._first = next(iter(networks.values()))
        self.device_bytes = device_bytes
        self._urgent = urgent

    @property
    def segments(self) -> int:
        """How many there are, at least 1."""
        return self._first.segments

    def for_urgent(self) -> Runner:
        """Return the same network, on the lane with the urgent stream where that is free."""
        return CudaRunner(
            self._lanes, self.networks, self.device_bytes, self.precision, urgent=True
        )

    def start(self, images: NDArray[Any]) -> Tensors:
        """Return the tensors for segment 0: images on their way to the GPU.

        Raises ValueError for images of another size or type than those captured, or too many.
        """
        shape, kind = self._first.image_shape, self._first.image_dtype
        counts = range(1 if len(self._sizes) > 1 else self._sizes[0], self._sizes[-1] + 1)
        if images.shape[1:] != shape or images.dtype != kind or len(images) not in counts:
            raise ValueError(
                f'{images.dtype} {images.shape} is not what was captured, {kind} '
                f'{(counts[-1], *shape)}'
            )
        network = self._network(self._lanes.all[0], len(images))
        return {**network.started(self._lanes.uploads, images), _COUNT: len(images)}

    def run_segment(self, index: int, tensors: Tensors) -> Tensors:
        """Run one segment in a free lane and return the tensors for the next."""
        if not 0 <= index < self.segments:
            raise IndexError(f'segment {index} of {self.segments}')
        count = tensors[_COUNT]
        with self._lanes.taken(self._urgent) as lane:
            made = self._network(lane, count).run(lane, index, tensors)
        return {**made, _COUNT: count}

    def _network(self, lane: CudaLane, count: int) -> CapturedNetwork:
        size = next(each for each in self._sizes if each >= count)
        return self.networks[lane.number, size]

    def outputs(self, tensors: Tensors) -> Outputs:
        """Return the network's outputs from what the last segment returned."""
        count = tensors[_COUNT]
        names = output_names(self._first.outputs)
        if count == self._sizes[-1]:
            return tuple(tensors[name] for name in names)
        return tuple(tensors[name][:count] for name in names)

    def run(self, images: NDArray[Any]) -> Outputs:
        """Run all segments, others may go between two."""
        tensors = self.start(images)
        for index in range(self.segments):
            tensors = self.run_segment(index, tensors)
        return self.outputs(tensors)
