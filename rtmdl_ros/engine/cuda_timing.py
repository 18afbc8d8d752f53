# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long a network and its parts take on a GPU, beside eager torch; for `make bench-gpu`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import torch
from numpy.typing import NDArray

from rtmdl_ros.engine.accuracy import telling_input
from rtmdl_ros.engine.cuda_engine import CudaEngine
from rtmdl_ros.engine.cuda_graphs import exact_cudnn
from rtmdl_ros.engine.cuda_lanes import CudaLane
from rtmdl_ros.engine.cuda_layout import Layout
from rtmdl_ros.engine.cuda_runner import CudaRunner
from rtmdl_ros.engine.runner import Runner
from rtmdl_ros.engine.usual_wait import UsualWait
from rtmdl_ros.networks.network import Network

_WARM_UP = 20
#: Launched in a row, so that the GPU never waits for a launch while its own time is taken.
_IN_A_ROW = 20


@dataclass(frozen=True)
class GpuTimes:
    """Times in seconds of one image, each measured as often; nothing runs beside."""

    #: Of the CPU, until the launches of all graphs are given to the GPU.
    launch: list[float]
    #: On the GPU, of all kernels without copies.
    kernels: list[float]
    #: Of image and outputs on the GPU into and out of the graph's memory, to the host, waited for.
    copies: list[float]
    #: From an image on the GPU to outputs on the GPU, waited for ...
    graphs: list[float]
    #: ... and by torch operation by operation, in the same precision.
    eager: list[float]


def gpu_times(engine: CudaEngine, variant: Network, runner: CudaRunner, runs: int) -> GpuTimes:
    """Measure a network that was loaded by `engine`, `runs` times each part."""
    lane, device = engine.lanes.all[-1], engine.lanes.device
    images = telling_input(variant)
    network = runner.networks[lane.number, len(images)]
    started = network.started(engine.lanes.uploads, images)
    # Eager torch gets what graphs are captured with.
    exact = exact_cudnn(tries_algorithms=True)
    half = torch.autocast('cuda', torch.float16, enabled=runner.precision == 'half')
    layout = Layout(runner.precision == 'half')
    module: Any = layout.of_weights(variant.module(), device)
    on_gpu = layout.of_images(torch.from_numpy(images)).to(device)
    torch.cuda.synchronize(device)
    with torch.no_grad(), torch.cuda.stream(lane.stream), exact, half:
        return GpuTimes(
            eager=timed(_waited(lambda: module(on_gpu), lane), runs),
            graphs=timed(_waited(network.launch, lane), runs),
            copies=timed(_waited(lambda: network.copy(lane, started), lane), runs),
            launch=timed(network.launch, runs, lane.stream.synchronize),
            kernels=[_kernels_s(network.launch, lane.stream) for _ in range(runs)],
        )


def gains_of_one_thread(
    engine: CudaEngine, runners: Sequence[CudaRunner], images: Sequence[NDArray[Any]], runs: int
) -> tuple[float, float]:
    """Return how much faster two networks are at once on two streams than in turns on one.

    All launched by one thread. The first figure is of their kernels alone, many in a row: what the
    GPU gives. The second is of whole jobs, with their copies and waits. What two threads gain less
    than that is lost between the threads. Needs two lanes.
    """
    first, second = engine.lanes.all[:2]
    networks = [
        {lane: runner.networks[lane.number, len(own)] for lane in (first, second)}
        for runner, own in zip(runners, images, strict=True)
    ]
    started = [
        network[first].started(engine.lanes.uploads, own)
        for network, own in zip(networks, images, strict=True)
    ]

    def launched(place: int, lane: CudaLane, job: bool) -> None:
        with torch.cuda.stream(lane.stream):
            if job:
                networks[place][lane].copy(lane, started[place])
            networks[place][lane].launch()

    def in_turns(job: bool) -> None:
        for place, usual in enumerate(turns):
            launched(place, first, job)
            if job:
                first.wait(usual)

    def at_once(job: bool) -> None:
        for place, lane in enumerate((first, second)):
            launched(place, lane, job)
        if job:
            for lane, usual in zip((first, second), once, strict=True):
                lane.wait(usual)

    turns, once = (tuple(UsualWait() for _ in networks) for _ in range(2))
    torch.cuda.synchronize(engine.lanes.device)
    with torch.no_grad():
        kernels = [
            _row_s(engine, partial(way, False), runs) for way in (in_turns, at_once)
        ]
        jobs = [sum(timed(partial(way, True), runs)) for way in (in_turns, at_once)]
    return kernels[0] / kernels[1], jobs[0] / jobs[1]


def _row_s(engine: CudaEngine, call: Callable[[], object], runs: int) -> float:
    """Return the seconds of so many calls, which are not waited for before the last one."""
    for _ in range(_WARM_UP):
        call()
    torch.cuda.synchronize(engine.lanes.device)
    start = perf_counter()
    for _ in range(runs):
        call()
    torch.cuda.synchronize(engine.lanes.device)
    return perf_counter() - start


def timed(
    call: Callable[[], object], runs: int, after: Callable[[], object] = lambda: None
) -> list[float]:
    """Return the seconds that a call takes; `after` waits for what it began, outside of them."""
    times = []
    for _ in range(_WARM_UP + runs):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
        after()
    return times[_WARM_UP:]


def timed_job(runner: Runner, images: NDArray[Any], runs: int) -> tuple[list[float], list[float]]:
    """Return the seconds of `start`, and those of the one stage that follows at once."""
    starts, stages = [], []
    for _ in range(_WARM_UP + runs):
        start = perf_counter()
        tensors = runner.start(images)
        middle = perf_counter()
        runner.run_segment(0, tensors)
        starts.append(middle - start)
        stages.append(perf_counter() - middle)
    return starts[_WARM_UP:], stages[_WARM_UP:]


def _waited(call: Callable[[], object], lane: CudaLane) -> Callable[[], None]:
    usual = UsualWait()

    def run() -> None:
        call()
        lane.wait(usual)

    return run


def _kernels_s(launch: Callable[[], object], stream: torch.cuda.Stream) -> float:
    first, last = (
        torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        for _ in range(2)
    )
    launch()
    first.record(stream)
    for _ in range(_IN_A_ROW):
        launch()
    last.record(stream)
    last.synchronize()
    return float(first.elapsed_time(last)) / 1e3 / _IN_A_ROW
