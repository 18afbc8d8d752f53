# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the core wants done. A driver carries commands out in the order in which they come."""

from dataclasses import dataclass

from rtmdl_ros.workload.records import Outcome


@dataclass(frozen=True)
class StartStage:
    """Run the stage with index `stage` of a job on `executor` ('cpu0', 'lane1') now."""

    job_id: int
    stage: int
    executor: str


@dataclass(frozen=True)
class EndJob:
    """A job has ended at `time_ns`; nothing more will be said about it."""

    job_id: int
    outcome: Outcome
    time_ns: int
    #: Why, in words; empty for a job that finished.
    detail: str = ''


@dataclass(frozen=True)
class WakeAt:
    """Step at `time_ns` even if nothing happens until then. Replaces an earlier wish."""

    time_ns: int


Command = StartStage | EndJob | WakeAt
