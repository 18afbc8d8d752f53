# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Why the scheduler let a job wait or ended it: a code for machines."""

from enum import Enum


class Reason(Enum):
    """Each decision not to run a job, or no longer, has one of these."""

    # A job waits for its stage because ...
    #: Every worker or lane runs another job.
    EXECUTORS_BUSY = 'executors_busy'
    #: An earlier job of its task goes first.
    EARLIER_JOB = 'earlier_job'
    #: Its stage could cost a more urgent job its deadline.
    URGENT_JOB = 'urgent_job'
    #: How much it slows a more urgent job down was never measured.
    SLOW_DOWN_UNKNOWN = 'slow_down_unknown'
    #: How long its stage takes was never measured.
    LENGTH_UNKNOWN = 'length_unknown'
    # A job ended before its last stage because ...
    NEWER_JOB = 'newer_job'
    HOPELESS = 'hopeless'
    TASK_REMOVED = 'task_removed'
    STAGE_FAILED = 'stage_failed'
