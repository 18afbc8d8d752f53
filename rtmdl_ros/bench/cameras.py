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
from rtmdl_ros.workload.units import NS_PER_S

#: From the call to the first release, for all threads to be there.
LEAD_NS = 50_000_000


#: An instant in nanoseconds after the start of the run, and what is then done to the runtime.
Change = tuple[int, Callable[[Runtime], None]]


@dataclass(frozen=True)
class Absence:
    """A time in which a task is not there, in nanoseconds."""

    task: str
    start_ns: int
    end_ns: int


@dataclass(frozen=True)
class Camera:
    """Each of its frames is a job of each of its tasks; times in nanoseconds."""

    tasks: tuple[str, ...]
    period_ns: int
    #: Of its first frame.
    offset_ns: int = 0
    #: Times in which it is faster or slower.
    episodes: tuple[Episode, ...] = ()
    absences: tuple[Absence, ...] = ()

    def tasks_at(self, time_ns: int) -> tuple[str, ...]:
        """Return the tasks that get a frame of an instant."""
        away = {each.task for each in self.absences if each.start_ns <= time_ns < each.end_ns}
        return tuple(task for task in self.tasks if task not in away)


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
    payload: Callable[[int], object],
    advance: Advance,
    changes: Sequence[Change] = (),
) -> int:
    """Release jobs for `duration_ns`, each with a payload of its own; returns their number.

    A payload is made from the number of the job's frame, which all its tasks share: those of all
    cameras are numbered together, from 0.

    `changes`, in order of time, are made before the first frame that is not earlier than they.

    A frame's release is the instant at which this thread, which plays all cameras, comes to it,
    as it is with a driver's callback. `advance` is told of the seconds that have passed.
    """
    released = passed_ns = made = 0
    start_ns = time.monotonic_ns() + LEAD_NS
    for number, (time_ns, camera) in enumerate(frame_times(cameras, duration_ns)):
        time.sleep(max(0, start_ns + time_ns - time.monotonic_ns()) / NS_PER_S)
        while made < len(changes) and changes[made][0] <= time_ns:
            changes[made][1](runtime)
            made += 1
        # All tasks of a camera at one instant: the most urgent goes first.
        payloads = {task: payload(number) for task in camera.tasks_at(time_ns)}
        runtime.release_all(payloads, time.monotonic_ns())
        released += len(payloads)
        advance((time_ns - passed_ns) / NS_PER_S)
        passed_ns = time_ns
    return released
