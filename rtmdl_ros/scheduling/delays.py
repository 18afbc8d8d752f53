# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How often the jobs of a task are on time, by how far the last ones were from their forecasts.

A forecast knows the times that stages usually take, not what else delays a job: other programs, a
longer wait for a core, a busier scene. How much of a variant's time may be lost in that way before
its answer is late differs between variants; how often so much is lost is counted here. It is the
conformal idea, to bound a next error by the rank it would have among the last ones (V. Vovk,
A. Gammerman, G. Shafer, "Algorithmic Learning in a Random World", Springer 2005, chapter 2).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque

#: Jobs that count, the last ones: enough to tell shares of a hundredth apart, by which variants
#: differ in accuracy, and at usual rates over in some seconds.
_JOBS = 100


class Delays:
    """The ratios of measured to forecast times of the last jobs of a task."""

    def __init__(self) -> None:
        """Trust forecasts: it is as if all jobs had been as forecast so far."""
        self._in_order = deque([1.0] * _JOBS)
        self._sorted = [1.0] * _JOBS

    def add(self, ratio: float) -> None:
        """Take notice of a job that took so many times as long as forecast."""
        del self._sorted[bisect_left(self._sorted, self._in_order.popleft())]
        self._in_order.append(ratio)
        insort(self._sorted, ratio)

    def share_within(self, ratio: float) -> float:
        """Return the share of the last jobs that took at most so many times as long, 0 to 1."""
        return bisect_right(self._sorted, ratio) / _JOBS
