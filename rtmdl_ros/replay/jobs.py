# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What became of the jobs of a replay, whatever clock it ran by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rtmdl_ros.runtime.accounting import RuntimeStatistics
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.detection import Detection


@dataclass(frozen=True)
class EndedJob:
    """A job that has ended."""

    #: Without payload; times in ns from the first frame on.
    report: JobReport
    #: Of its frame among those of its camera, and so of the job within its task.
    number: int
    #: Of its frame.
    header: Any
    #: What it found; nothing where it has no result.
    detections: tuple[Detection, ...]


@dataclass(frozen=True)
class Replayed:
    """A replay that is over."""

    #: By the time of their ends.
    jobs: tuple[EndedJob, ...]
    #: Every status period and at the end; times in ns from the first frame on.
    statuses: tuple[RuntimeStatistics, ...]
    #: Which real-time settings the system did not grant, what else is wrong, and what helps.
    problems: tuple[str, ...] = ()

    @property
    def reports(self) -> tuple[JobReport, ...]:
        """The reports of all jobs."""
        return tuple(job.report for job in self.jobs)


def arrivals_of(passed_ns: tuple[int, ...], rate: float) -> tuple[int, ...]:
    """Return when the frames of a track arrive in a replay that is `rate` times as fast.

    No two of a camera arrive at once.
    """
    arrivals: list[int] = []
    for time_ns in passed_ns:
        arrival = round(time_ns / rate)
        arrivals.append(max(arrival, arrivals[-1] + 1) if arrivals else arrival)
    return tuple(arrivals)
