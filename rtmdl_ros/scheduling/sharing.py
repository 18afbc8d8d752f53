# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Progress of stages that run at once on several lanes and slow each other down."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from rtmdl_ros.workload.slow_downs import SlowDowns


@dataclass(slots=True)
class _Running:
    segment: str
    #: What is left of it, in nanoseconds of running alone.
    left_ns: float
    #: Time a nanosecond of that takes beside the others, at least 1.
    factor: float = 1.0


class Sharing:
    """The lanes' stages at one instant after the other.

    Between two changes each stage progresses at 1 / factor of its speed alone. The core predicts
    with it, the simulation executes with it.
    """

    def __init__(self, slow_downs: SlowDowns) -> None:
        """Begin with all lanes empty."""
        self._slow_downs = slow_downs
        self._running: dict[str, _Running] = {}
        self._now_ns = 0

    def start(self, lane: str, segment: str, length_ns: int, now_ns: int) -> None:
        """A stage that takes `length_ns` alone starts on an empty lane."""
        self._advance(now_ns)
        self._running[lane] = _Running(segment, length_ns)
        self._set_factors()

    def stop(self, lane: str, now_ns: int) -> None:
        """The stage on the lane ended, in time or not."""
        self._advance(now_ns)
        del self._running[lane]
        self._set_factors()

    def ends(self) -> dict[str, int]:
        """Return when each lane's stage ends if nothing changes; a past instant: overdue."""
        return {
            lane: self._now_ns + ceil(stage.left_ns * stage.factor)
            for lane, stage in self._running.items()
        }

    def left(self, now_ns: int) -> dict[str, float]:
        """Return what is left of each lane's stage, in nanoseconds of running alone."""
        self._advance(now_ns)
        return {lane: stage.left_ns for lane, stage in self._running.items()}

    def _advance(self, now_ns: int) -> None:
        passed_ns = now_ns - self._now_ns
        self._now_ns = now_ns
        for stage in self._running.values():
            stage.left_ns -= passed_ns / stage.factor

    def _set_factors(self) -> None:
        running = self._running.values()
        factors = self._slow_downs.at_once([stage.segment for stage in running])
        for stage, factor in zip(running, factors, strict=True):
            stage.factor = factor
