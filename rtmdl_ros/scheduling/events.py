# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What happens to the core. `time_ns` is when it happened, on the driver's clock.

An event's time may lie before the step that reports it (a frame arrived while another thread
held the lock) but never after it. That time merely passed is a step without events.
"""

from typing import NamedTuple

from rtmdl_ros.workload.records import Task


class TaskAdded(NamedTuple):
    """A task begins to exist; its name must be new."""

    time_ns: int
    task: Task


class TaskChanged(NamedTuple):
    """A task has new properties, for the jobs released from now on.

    Those that live already become more urgent at once where it is, and never less.
    """

    time_ns: int
    task: Task


class TaskRemoved(NamedTuple):
    """A task is gone: waiting jobs end now, running ones after their current stage."""

    time_ns: int
    task: str
    #: Detail of the jobs that are discarded for it.
    detail: str = 'task removed'


class JobReleased(NamedTuple):
    """A job of `task` arrived; its deadline counts from `time_ns`. Job ids grow."""

    time_ns: int
    job_id: int
    task: str


class StageFinished(NamedTuple):
    """The stage with index `stage` of a job ended at `time_ns`."""

    time_ns: int
    job_id: int
    stage: int
    #: The job has its result: its remaining stages are skipped.
    complete: bool = False
    #: When it began; None: as soon as it was to.
    start_ns: int | None = None


class StageFailed(NamedTuple):
    """The stage with index `stage` of a job ended at `time_ns` without a result."""

    time_ns: int
    job_id: int
    stage: int
    detail: str


Event = TaskAdded | TaskChanged | TaskRemoved | JobReleased | StageFinished | StageFailed
