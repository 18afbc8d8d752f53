# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What `make bench-gpu` measures, beside what it should be. Needs no GPU."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rtmdl_ros.workload.detection import Detection, intersection_over_union
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.units import NS_PER_S

#: Two boxes are the same find from this intersection over union on.
_SAME = 0.9


@dataclass(frozen=True)
class Times:
    """Times in microseconds."""

    p50_us: float
    p99_us: float


@dataclass(frozen=True)
class NetworkFigures:
    """A network in one precision; times in microseconds of one image, nothing beside it."""

    network: str
    #: 'half' or 'single', as it runs: see `engine.accuracy`.
    precision: str
    segments: int
    #: By the CPU, until the launches of all graphs are given to the GPU.
    launch: Times
    #: On the GPU, from the start of the first kernel to the end of the last, without copies.
    kernels: Times
    #: Each of the segments, wait included, the longest.
    longest_segment: Times
    #: By the CPU, until the image is on its way to the GPU: a part of preprocessing.
    upload: Times
    #: From there, when the image has not arrived yet, to the outputs on the host.
    response: Times
    #: Copies of image and outputs into and out of the graph's memory alone, to the host.
    copies: Times
    #: From an image on the GPU to outputs on the GPU, waited for: by graphs and by eager torch in
    #: the same precision.
    graphs: Times
    eager: Times
    #: See `engine.accuracy.relative_error`, against ONNX Runtime on the CPU.
    error: float
    device_mb: float

    @property
    def overhead_us(self) -> float:
        """Median time from the call to the result beyond the kernels' own."""
        return self.response.p50_us - self.kernels.p50_us

    @property
    def gain(self) -> float:
        """How many times as long eager torch takes."""
        return self.eager.p50_us / self.graphs.p50_us


@dataclass(frozen=True)
class PackingFigures:
    """Two networks, the first of them urgent, in turns on one lane and at once on two."""

    urgent: str
    other: str
    serial_per_s: float
    packed_per_s: float
    #: Of the urgent network alone and beside the other.
    alone: Times
    beside: Times
    #: Images a second at once / in turns where one thread launches both: of kernels alone,
    #: and with images, outputs and waits (`engine.cuda_timing.gains_of_one_thread`).
    kernels_gain: float
    one_thread_gain: float

    @property
    def throughput(self) -> float:
        """Images a second, packed / serial."""
        return self.packed_per_s / self.serial_per_s

    @property
    def slow_down(self) -> float:
        """The urgent network's p99, beside the other / alone."""
        return self.beside.p99_us / self.alone.p99_us


@dataclass(frozen=True)
class Target:
    """What is asked for and what was found."""

    what: str
    found: float
    wanted: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether it is as asked for; what is no number is not."""
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted


def times_of(seconds: Sequence[float]) -> Times:
    """Return quantiles of times in seconds."""
    ordered = sorted(round(NS_PER_S * each) for each in seconds)
    return Times(quantile(ordered, 0.5) / 1e3, quantile(ordered, 0.99) / 1e3)


def targets_of(
    networks: Sequence[NetworkFigures], packing: Sequence[PackingFigures], same_frames: float
) -> tuple[Target, ...]:
    """Return the targets, each judged by the worst network.

    `same_frames` is the share of frames in which CPU and GPU detect the same. Of the pairs that are
    packed the first counts, that of small networks. A precision in which no network runs has no
    error: a target that is not met.
    """
    small = packing[0]
    errors = {
        precision: max((n.error for n in networks if n.precision == precision), default=math.nan)
        for precision in ('single', 'half')
    }
    return (
        Target('relative error, single', errors['single'], 1e-4, False),
        Target('relative error, half', errors['half'], 1e-2, False),
        Target('frames with the same detections', same_frames, 0.99, True),
        Target('graphs, times as fast as eager', min(n.gain for n in networks), 3.0, True),
        Target('us beyond kernels, median', max(n.overhead_us for n in networks), 100.0, False),
        Target('throughput, packed / serial', small.throughput, 1.5, True),
        Target("urgent one's p99, packed / alone", small.slow_down, 1.1, False),
    )


def same_finds(one: Sequence[Detection], other: Sequence[Detection]) -> bool:
    """Tell whether two lists hold the same finds: classes and, nearly, boxes, in any order."""
    left = list(other)
    for find in one:
        match = next((each for each in left if _same(find, each)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def _same(one: Detection, other: Detection) -> bool:
    near = intersection_over_union(one.box, other.box) >= _SAME
    return near and one.class_name == other.class_name
