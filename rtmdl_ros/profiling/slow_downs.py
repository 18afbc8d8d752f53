# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much networks slow each other down that run at once, measured pair by pair.

As stages are, in processor time of the threads: on two cores, beside two processes that compute
something else, two detectors took 2.4 times as long on the clock as one alone, and 1.03 times as
long in processor time. Where lanes share one core, only the clock tells.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from rtmdl_ros.perception.pipeline import PipelineStage, Work
from rtmdl_ros.profiling.stage_times import FullScene, copy_of
from rtmdl_ros.runtime.real_time import usable_cores
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.units import NS_PER_MS

#: Of each network of a pair, alone, and at the least as often beside the other.
RUNS = 8
#: ... and for so long: the median of few short runs is an accident.
_LEAST_NS = 10 * NS_PER_MS

NetworkCall = Callable[[], object]
Clock = Callable[[], int]


def network_calls(scenes: Iterable[FullScene]) -> dict[str, NetworkCall]:
    """Return calls that run each network once, on what a full scene brings there.

    All segments of a network run one after the other.
    """
    return {
        network: partial(_run_on_copy, stages, work)
        for scene in scenes
        for network, (stages, work) in scene.works_at_networks().items()
    }


def _run_on_copy(stages: Sequence[PipelineStage], work: Work) -> None:
    work = copy_of(work)
    for stage in stages:
        stage.run(work)


def pair_factors(
    calls: Mapping[str, NetworkCall],
    pair: tuple[str, str],
    runs: int = RUNS,
    clock_ns: Clock | None = None,
) -> dict[tuple[str, str], float]:
    """Run two networks, or one beside itself, side by side on two threads.

    `calls` runs a network, by its name, and must be safe to call from two threads at once. A
    factor is the median time beside the other by the median time alone just before, so that what
    else the machine does meets both alike; at least 1. Times are processor time, on one core
    those of the clock, or what `clock_ns` returns. Raises what a call raises.
    """
    clock_ns = clock_ns or _clock()
    alone = {name: _median(_timed(calls[name], runs, clock_ns)) for name in dict.fromkeys(pair)}
    first, second = pair
    times = _side_by_side(calls[first], calls[second], runs, clock_ns)
    factors: dict[tuple[str, str], float] = {}
    for key, taken in zip(((first, second), (second, first)), times, strict=True):
        factors[key] = max(_median(taken) / alone[key[0]], factors.get(key, 1.0))
    return factors


def _clock() -> Clock:
    return time.perf_counter_ns if len(usable_cores()) == 1 else time.thread_time_ns


def _timed(call: NetworkCall, runs: int, clock_ns: Clock) -> list[int]:
    times: list[int] = []
    end_ns = time.perf_counter_ns() + _LEAST_NS
    while len(times) < runs or time.perf_counter_ns() < end_ns:
        times.append(_time_of(call, clock_ns))
    return times


def _time_of(call: NetworkCall, clock_ns: Clock) -> int:
    start_ns = clock_ns()
    call()
    return max(1, clock_ns() - start_ns)


def _side_by_side(
    first: NetworkCall, second: NetworkCall, runs: int, clock_ns: Clock
) -> tuple[list[int], list[int]]:
    """Run both again and again until each has run often enough; the other runs all the while."""
    times: tuple[list[int], list[int]] = ([], [])
    errors: list[BaseException] = []
    end_ns = time.perf_counter_ns() + _LEAST_NS

    def enough(own: list[int], others: list[int]) -> bool:
        return min(len(own), len(others)) >= runs and time.perf_counter_ns() >= end_ns

    def repeat(call: NetworkCall, own: list[int], others: list[int]) -> None:
        try:
            while not errors and not enough(own, others):
                own.append(_time_of(call, clock_ns))
        except BaseException as error:
            errors.append(error)

    other = threading.Thread(target=repeat, args=(second, times[1], times[0]))
    other.start()
    repeat(first, *times)
    other.join()
    if errors:
        raise errors[0]
    return times


def _median(times: list[int]) -> int:
    return quantile(sorted(times), 0.5)
