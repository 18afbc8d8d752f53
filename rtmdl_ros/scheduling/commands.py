# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the core wants done. A driver carries commands out in the order in which they come."""

from typing import NamedTuple

from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome


class StartStage(NamedTuple):
    """Run the stage with index `stage` of a job on `executor` ('cpu0', 'lane1') now."""

    job_id: int
    stage: int
    executor: str
    #: Name of the variant that the job is done with; '' where its task has only one.
    variant: str = ''


class WaitStage(NamedTuple):
    """A job waits for its stage from now on, for this reason; said again when that changes."""

    job_id: int
    stage: int
    reason: Reason
    #: The task of the job that it waits for; '' where that is not one job.
    because: str


class EndJob(NamedTuple):
    """A job has ended at `time_ns`; nothing more will be said about it."""

    job_id: int
    outcome: Outcome
    time_ns: int
    #: Why before its last stage; None for a job that finished.
    reason: Reason | None = None
    #: The same in words, with figures; '' for a job that finished.
    detail: str = ''


class WakeAt(NamedTuple):
    """Step at `time_ns` even if nothing happens until then. Replaces an earlier wish."""

    time_ns: int


Command = StartStage | WaitStage | EndJob | WakeAt
