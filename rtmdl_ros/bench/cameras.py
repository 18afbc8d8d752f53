# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Cameras that release jobs at absolute times."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rtmdl_ros.bench.command import Advance
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.simulation.records import Episode
from rtmdl_ros.simulation.simulate import release_times

#: From the call to the first release, for all threads to be there.
LEAD_NS = 50_000_000


@dataclass(frozen=True)
class Camera:
    """Each of its frames is a job of each of its tasks; times in nanoseconds."""

    tasks: tuple[str, ...]
    period_ns: int
    #: Of its first frame.
    offset_ns: int = 0
    #: Times in which it is faster or slower.
    episodes: tuple[Episode, ...] = ()


def frame_times(cameras: Sequence[Camera], duration_ns: int) -> Iterator[tuple[int, Camera]]:
    """Yield all frames before `duration_ns` in order of time; of one instant as the cameras are."""
    times = [
        [
            (time_ns, number)
            for time_ns in release_times(
                camera.period_ns, camera.offset_ns, duration_ns, camera.episodes
            )
        ]
        for number, camera in enumerate(cameras)
    ]
    for time_ns, number in heapq.merge(*times):
        yield time_ns, cameras[number]


def release_frames(
    runtime: Runtime,
    cameras: Sequence[Camera],
    duration_ns: int,
    payload: Callable[[], object],
    advance: Advance,
) -> int:
    """Release jobs for `duration_ns`, each with a payload of its own; returns their number.

    A frame's release is the instant at which this thread, which plays all cameras, comes to it,
    as it is with a driver's callback. `advance` is told of the seconds that have passed.
    """
    released = passed_ns = 0
    start_ns = time.monotonic_ns() + LEAD_NS
    for time_ns, camera in frame_times(cameras, duration_ns):
        time.sleep(max(0, start_ns + time_ns - time.monotonic_ns()) / 1e9)
        # All tasks of a camera at one instant: the most urgent goes first.
        payloads = {task: payload() for task in camera.tasks}
        runtime.release_all(payloads, time.monotonic_ns())
        released += len(payloads)
        advance((time_ns - passed_ns) / 1e9)
        passed_ns = time_ns
    return released
