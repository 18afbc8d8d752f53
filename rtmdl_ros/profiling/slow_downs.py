# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much network segments slow each other down that run at once, measured pair by pair."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import combinations_with_replacement

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Pipeline, PipelineStage, Work
from rtmdl_ros.profiling.stage_times import copy_of, works_at_segments
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.slow_downs import SlowDowns

#: Of each segment of a pair, at the least.
_RUNS = 8

SegmentCall = Callable[[], object]


def segment_calls(pipelines: Iterable[Pipeline], frame: Frame) -> dict[str, SegmentCall]:
    """Return calls that run each network segment once, on what a full scene brings there."""
    return {
        segment: partial(_run_on_copy, pipeline.stages[index], work)
        for pipeline in pipelines
        for segment, (index, work) in works_at_segments(pipeline, frame).items()
    }


def _run_on_copy(stage: PipelineStage, work: Work) -> None:
    stage.run(copy_of(work))


def pairs_of(calls: int) -> int:
    """Return how many pairs `measured_slow_downs` measures for a number of segments."""
    return calls * (calls + 1) // 2


def measured_slow_downs(
    calls: Mapping[str, SegmentCall],
    progress: Callable[[int], None] = lambda done: None,
    runs: int = _RUNS,
) -> SlowDowns:
    """Run each two segments side by side, each also beside itself, on two threads.

    `calls` runs a segment, by its name, and must be safe to call from two threads at once. A
    factor is the median time on the clock beside the other by the median time alone, at least 1.
    `progress` is told how many pairs are done. Raises what a call raises.
    """
    alone = {name: _median(_timed(call, runs)) for name, call in calls.items()}
    factors: dict[tuple[str, str], float] = {}
    for done, (first, second) in enumerate(combinations_with_replacement(calls, 2), start=1):
        times = _side_by_side(calls[first], calls[second], runs)
        for pair, taken in zip(((first, second), (second, first)), times, strict=True):
            factor = max(1.0, _median(taken) / alone[pair[0]])
            factors[pair] = max(factor, factors.get(pair, 1.0))
        progress(done)
    return SlowDowns(factors)


def _timed(call: SegmentCall, runs: int) -> list[int]:
    return [_time_of(call) for _ in range(runs)]


def _time_of(call: SegmentCall) -> int:
    start_ns = time.perf_counter_ns()
    call()
    return max(1, time.perf_counter_ns() - start_ns)


def _side_by_side(
    first: SegmentCall, second: SegmentCall, runs: int
) -> tuple[list[int], list[int]]:
    """Run both again and again until each has run `runs` times; the other runs all the while."""
    times: tuple[list[int], list[int]] = ([], [])
    errors: list[BaseException] = []

    def repeat(call: SegmentCall, own: list[int], others: list[int]) -> None:
        try:
            while not errors and (len(own) < runs or len(others) < runs):
                own.append(_time_of(call))
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
