# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The segments of a network captured as CUDA graphs for one lane and one batch size.

A graph reads and writes always the same memory: jobs copy their tensors in and out. Images are on
the GPU by then, see `cuda_uploads`; all outputs go to the host in one copy. Memory of tensors
between two operations is the lane's, shared by all graphs of the lane.

A lane makes as few calls of torch as it can: most give up Python's lock, and have to wait for it
again where another lane's thread has taken it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtmdl_ros.engine.cuda_lanes import CudaLane
from rtmdl_ros.engine.cuda_uploads import Uploads
from rtmdl_ros.engine.torch_segments import IMAGE, TorchSegment, output_names
from rtmdl_ros.engine.usual_wait import UsualWait

#: Runs before a capture: in the first ones cuDNN tries algorithms and libraries get their memory.
_WARM_UP = 3
#: The one tensor that all outputs are in, and the memory of a job that it is copied to.
_OUTPUTS, _HOST = 'outputs', 'host'


@dataclass(frozen=True)
class _Kind:
    """What an output is on the host."""

    shape: torch.Size
    dtype: np.dtype[Any]


def _kind_of(tensor: Tensor) -> _Kind:
    return _Kind(tensor.shape, torch.empty(0, dtype=tensor.dtype, device='cpu').numpy().dtype)


@dataclass(frozen=True)
class CapturedSegment:
    """A graph with its memory."""

    graph: torch.cuda.CUDAGraph
    #: Holds the weights, which a graph knows by their addresses alone.
    segment: TorchSegment
    inputs: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]


class CapturedNetwork:
    """All segments of a network in one lane for batches of one size."""

    def __init__(self, lane: CudaLane, segments: Sequence[TorchSegment], image: Tensor) -> None:
        """Capture on the lane's stream; `image` is an input on the host in the full batch size.

        No other capture may be under way, and no graph be destroyed meanwhile. Raises what torch
        raises, mostly RuntimeError: first of all for a module that reads back what it computed.
        """
        self.segments = len(segments)
        self.image_shape = tuple(image.shape[1:])
        self.image_type = image.dtype
        self.image_dtype = image.numpy().dtype
        inputs = {IMAGE: image.to(lane.stream.device, copy=True)}
        kinds: dict[str, _Kind] = {}
        captured = []
        for segment in (*segments[:-1], _in_one_piece(segments[-1], kinds)):
            own = {name: inputs[name] for name in segment.inputs}
            captured.append(_captured(lane, segment, own))
            with torch.cuda.stream(lane.stream):
                # A capture computes nothing, and on what memory happened to hold an index of the
                # segment behind may lead anywhere.
                captured[-1].graph.replay()
                # Of its own, so that this one's next run and that of the one behind do not meet.
                inputs = {name: made.clone() for name, made in captured[-1].outputs.items()}
        self._segments = tuple(captured)
        self._waits = tuple(UsualWait() for _ in captured)
        self._kinds = kinds
        self.outputs = len(kinds)
        torch.cuda.synchronize(lane.stream.device)

    def launch(self) -> None:
        """Launch all graphs on the current stream, on what their memory holds; for measurements."""
        for segment in self._segments:
            segment.graph.replay()

    def started(self, uploads: Uploads, images: NDArray[Any]) -> dict[str, Any]:
        """Return a job's tensors for segment 0: Uploaded images, and memory for the outputs."""
        made = self._segments[-1].outputs[_OUTPUTS]
        # Pinned memory, without which the copy is not asynchronous; torch keeps and reuses it.
        host = torch.empty(made.shape, dtype=made.dtype, pin_memory=True)
        return {IMAGE: uploads.upload(images, self.image_type), _HOST: host}

    def copy(self, lane: CudaLane, tensors: Mapping[str, Any]) -> None:
        """Copy images in and all outputs out on the current stream; for measurements."""
        self._copy_in(lane, tensors)
        self._copied_out(tensors)

    def _copy_in(self, lane: CudaLane, tensors: Mapping[str, Any]) -> None:
        uploaded = tensors[IMAGE]
        if not uploaded.arrived.query():
            lane.stream.wait_event(uploaded.arrived)
        own, images = self._segments[0].inputs[IMAGE], uploaded.images
        # Rows beyond keep what they had: each image is computed for itself.
        (own if len(own) == len(images) else own[: len(images)]).copy_(images, non_blocking=True)

    def _copied_out(self, tensors: Mapping[str, Any]) -> Tensor:
        host: Tensor = tensors[_HOST]
        return host.copy_(self._segments[-1].outputs[_OUTPUTS], non_blocking=True)

    def run(self, lane: CudaLane, index: int, tensors: Mapping[str, Any]) -> dict[str, Any]:
        """Run a segment on a job's tensors and wait; the lane's stream must be the current one.

        The first segment takes what `started` returns. Returns tensors of the job alone: on the
        GPU, after the last segment on the host.
        """
        segment = self._segments[index]
        if index == 0:
            self._copy_in(lane, tensors)
        else:
            for name, own in segment.inputs.items():
                own.copy_(tensors[name], non_blocking=True)
        segment.graph.replay()
        if index < len(self._segments) - 1:
            # Taken from the stream's memory and given back after the next segment has waited.
            kept: dict[str, Any] = {name: made.clone() for name, made in segment.outputs.items()}
            lane.wait(self._waits[index])
            return {**kept, _HOST: tensors[_HOST]}
        copied = self._copied_out(tensors)
        lane.wait(self._waits[index])
        return self._apart(copied.numpy())

    def _apart(self, copied: NDArray[Any]) -> dict[str, NDArray[Any]]:
        end, octets = 0, copied.view(np.uint8)
        outputs = {}
        for name, kind in self._kinds.items():
            start, end = end, end + kind.shape.numel() * kind.dtype.itemsize
            outputs[name] = octets[start:end].view(kind.dtype).reshape(kind.shape)
        return outputs

    def run_whole(self, lane: CudaLane, tensors: Mapping[str, Any]) -> tuple[NDArray[Any], ...]:
        """Run all segments of what was `started`; the lane's stream must be the current one."""
        for index in range(self.segments):
            tensors = self.run(lane, index, tensors)
        return tuple(tensors[name] for name in output_names(self.outputs))


def _in_one_piece(segment: TorchSegment, kinds: dict[str, _Kind]) -> TorchSegment:
    """Return the last segment with its outputs one behind the other; notes what they are."""

    def run(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        made = segment.run(tensors)
        # Wide numbers first: each output then begins where one of its own may.
        ordered = sorted(made.items(), key=lambda item: -item[1].element_size())
        kinds.update((name, _kind_of(each)) for name, each in ordered)
        flat = [each.flatten() for _, each in ordered]
        if len({each.dtype for each in flat}) > 1:
            flat = [each.view(torch.uint8) for each in flat]
        return {_OUTPUTS: torch.cat(flat) if len(flat) > 1 else flat[0]}

    return TorchSegment(segment.inputs, (_OUTPUTS,), run)


def _captured(
    lane: CudaLane, segment: TorchSegment, inputs: Mapping[str, Tensor]
) -> CapturedSegment:
    device = lane.stream.device
    torch.cuda.synchronize(device)
    # The stream around the capture, too: torch 2.11 does not leave it where a capture fails.
    with torch.cuda.device(device), torch.no_grad(), torch.cuda.stream(lane.stream):
        with exact_cudnn(tries_algorithms=True):
            for _ in range(_WARM_UP):
                segment.run(inputs)
        with exact_cudnn(tries_algorithms=False), _nothing_read_back():
            segment.run(inputs)
        lane.stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        with (
            exact_cudnn(tries_algorithms=False),
            _own_workspaces(),
            # Other threads may use CUDA meanwhile, such as another node in this process.
            torch.cuda.graph(
                graph, pool=lane.pool, stream=lane.stream, capture_error_mode='thread_local'
            ),
        ):
            outputs = segment.run(inputs)
    return CapturedSegment(graph, segment, inputs, outputs)


def exact_cudnn(tries_algorithms: bool) -> AbstractContextManager[None]:
    """Let cuDNN take the quickest algorithms for these very shapes, or those it found before.

    Where it tries them and memory ends, it says nothing and goes on with others, which must not
    happen in a capture. Single precision has all its 24 bits, not TF32's 11.
    """
    flags: AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=tries_algorithms, allow_tf32=False
    )
    return flags


@contextmanager
def _nothing_read_back() -> Iterator[None]:
    """Raise RuntimeError where the host waits for a value, as it must not in a capture.

    torch 2.11 cannot capture any more in a process in which a capture has failed.
    """
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings():
        warnings.filterwarnings('ignore', 'Synchronization debug mode is a prototype')
        torch.cuda.set_sync_debug_mode('error')
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


@contextmanager
def _own_workspaces() -> Iterator[None]:
    """Let cuBLAS take its workspaces from the lane's pool, as torch's own graph trees do.

    Otherwise the graphs of a stream share one, and some versions of torch free it with the first
    of them that is destroyed.
    """
    torch._C._cuda_clearCublasWorkspaces()
    try:
        yield
    finally:
        torch._C._cuda_clearCublasWorkspaces()
