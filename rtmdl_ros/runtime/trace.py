# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The last jobs in a ring buffer."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from rtmdl_ros.runtime.chrome_trace import write_chrome_trace
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.traced_job import TracedJob, packed, unpacked

#: Jobs kept; some 100 s of four tasks at 30 Hz, about 5 MB.
CAPACITY = 12_000


class Trace:
    """The reports of the last jobs, without their payloads. Safe to use from all threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Keep `capacity` reports, older ones are forgotten."""
        self._jobs: deque[TracedJob] = deque(maxlen=capacity)
        self._lock = threading.Lock()

    def add(self, report: JobReport) -> None:
        """Remember a job that ended."""
        job = packed(report)
        with self._lock:
            self._jobs.append(job)

    def reports(self) -> tuple[JobReport, ...]:
        """Return the jobs in the order in which they ended."""
        return tuple(map(unpacked, self._copy()))

    def write_chrome_trace(self, path: Path) -> int:
        """Write all jobs kept to `path`; returns their number. Raises OSError."""
        jobs = self._copy()
        write_chrome_trace(_Kept(jobs), path)
        return len(jobs)

    def _copy(self) -> list[TracedJob]:
        with self._lock:
            return list(self._jobs)


class _Kept:
    """Reports that are made one after the other, however often: all at once they are large."""

    def __init__(self, jobs: Sequence[TracedJob]) -> None:
        self._jobs = jobs

    def __iter__(self) -> Iterator[JobReport]:
        return map(unpacked, self._jobs)
