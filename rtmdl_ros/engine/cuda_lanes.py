# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Lanes of a GPU: a stream, a pool of memory and an event each, for one stage at a time.

The scheduler has as many lanes and never runs more stages at once; which of these a stage takes
is decided here. The first has the more urgent stream. That is a hint to the GPU: it serves its
waiting blocks first and never interrupts running ones. What is promised to urgent tasks rests on
the scheduler, which holds others back at the borders of segments.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from rtmdl_ros.engine.cuda_uploads import Uploads
from rtmdl_ros.engine.usual_wait import UsualWait

#: torch brings the priorities of streams into the range of the device; lower goes first.
_URGENT, _USUAL = -1, 0


class CudaLane:
    """What one stage at a time runs on."""

    def __init__(self, number: int, device: torch.device, priority: int) -> None:
        """Make its stream on a device; captures, see `undisturbed_capture`."""
        self.number = number
        self.stream = torch.cuda.Stream(device, priority=priority)  # type: ignore[no-untyped-call]
        #: Graphs that never run at once share their memory; only those of this lane do.
        self.pool: Any = torch.cuda.graph_pool_handle()
        # torch may not take a pool again whose graphs have all ended: this one stays.
        self._holder = _smallest_graph(self.stream, self.pool)
        # Not torch.Event, which spins on CUDA whatever it is told.
        self._asleep = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        self._watched = torch.cuda.Event()  # type: ignore[no-untyped-call]

    def wait(self, usual: UsualWait) -> None:
        """Wait until all is done that was given to the stream; others may hold the GIL."""
        usual.until_done(self.stream, self._watched, self._asleep)


def _smallest_graph(stream: torch.cuda.Stream, pool: Any) -> tuple[torch.cuda.CUDAGraph, Any]:
    """Return a graph in a pool with its memory."""
    device = stream.device
    with torch.cuda.device(device), torch.cuda.stream(stream):
        torch.zeros(1, device=device)  # a kernel must be loaded before it is captured
        stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool, stream=stream, capture_error_mode='thread_local'):
            memory = torch.zeros(1, device=device)
    return graph, memory


class CudaLanes:
    """All lanes of a device."""

    def __init__(self, device: torch.device, count: int) -> None:
        """Make `count` of them, at least 1."""
        self.device = device
        self.uploads = Uploads(device)
        # A stream alone needs none. Graphs run with that of the stream that they were captured on.
        priorities = [_URGENT if number == 0 and count > 1 else _USUAL for number in range(count)]
        self.all = tuple(CudaLane(n, device, p) for n, p in enumerate(priorities))
        self._free = list(self.all)
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, urgent: bool) -> Iterator[CudaLane]:
        """Lend a free lane, the first to the most urgent task, the last to others.

        Waits while there is none. What is launched meanwhile on this thread goes to its stream.
        """
        with self._changed:
            self._changed.wait_for(lambda: bool(self._free))
            lane = self._free.pop(0 if urgent else -1)
        # 8 us less than torch.cuda.stream takes, of 21 for all of this on a server.
        before = torch.cuda.current_stream(self.device)
        torch.cuda.set_stream(lane.stream)
        try:
            yield lane
        finally:
            torch.cuda.set_stream(before)
            self._give_back(lane)

    @contextmanager
    def held(self, lane: CudaLane) -> Iterator[None]:
        """Keep jobs off a lane, once none is on it.

        What a job gives to a stream while a network is captured there would become a part of that.
        """
        with self._changed:
            self._changed.wait_for(lambda: lane in self._free)
            self._free.remove(lane)
        try:
            yield
        finally:
            self._give_back(lane)

    def _give_back(self, lane: CudaLane) -> None:
        with self._changed:
            self._free = sorted((*self._free, lane), key=lambda each: each.number)
            self._changed.notify_all()  # who waits may wait for another one
