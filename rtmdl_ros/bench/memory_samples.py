# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Memory of this process over time, and how fast it grows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from rtmdl_ros.runtime.memory import resident_bytes

_EVERY_S = 1.0


@dataclass(frozen=True)
class MemorySample:
    """Resident memory in kB (1024 bytes) so many seconds after the start."""

    seconds: float
    rss_kb: float


@dataclass(frozen=True)
class Line:
    """A straight line through samples."""

    kb_per_min: float
    #: At 0 s.
    start_kb: float


def fitted(samples: Sequence[MemorySample]) -> Line:
    """Fit by least squares. Raises ValueError for fewer than two instants."""
    seconds, sizes = [each.seconds for each in samples], [each.rss_kb for each in samples]
    kb_per_s, start_kb = linear_regression(seconds, sizes)
    return Line(60.0 * kb_per_s, start_kb)


class Sampler:
    """Takes a sample every second on a thread of its own, while it is entered."""

    def __init__(self, beside: Callable[[], object]) -> None:
        """`beside` is called before each sample."""
        #: In order of time.
        self.samples: list[MemorySample] = []
        self._beside = beside
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name='memory sampler', daemon=True)

    def __enter__(self) -> Sampler:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End; the thread has ended too then."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        start_s = time.monotonic()
        while not self._over.wait(_EVERY_S):
            self._beside()
            self.samples.append(MemorySample(time.monotonic() - start_s, resident_bytes() / 1024))
