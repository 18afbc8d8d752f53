# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Why the scheduler let a job wait or ended it: a code for machines, words for people."""

from enum import Enum


class Reason(Enum):
    """Each decision not to run a job, or no longer, has one of these."""

    # A job waits for its stage because ...
    EXECUTORS_BUSY = 'executors_busy'
    EARLIER_JOB = 'earlier_job'
    URGENT_JOB = 'urgent_job'
    SLOW_DOWN_UNKNOWN = 'slow_down_unknown'
    LENGTH_UNKNOWN = 'length_unknown'
    # A job ended before its last stage because ...
    NEWER_JOB = 'newer_job'
    HOPELESS = 'hopeless'
    TASK_REMOVED = 'task_removed'
    STAGE_FAILED = 'stage_failed'

    @property
    def words(self) -> str:
        """The reason as the end of a sentence about the job."""
        return _WORDS[self]


_WORDS = {
    Reason.EXECUTORS_BUSY: 'every worker or lane runs another job',
    Reason.EARLIER_JOB: 'an earlier job of its task goes first',
    Reason.URGENT_JOB: 'its stage could cost a more urgent job its deadline',
    Reason.SLOW_DOWN_UNKNOWN: 'how much it slows a more urgent job down was never measured',
    Reason.LENGTH_UNKNOWN: 'how long its stage takes was never measured',
    Reason.NEWER_JOB: 'a newer job of its task arrived',
    Reason.HOPELESS: 'its remaining stages no longer fit before its deadline',
    Reason.TASK_REMOVED: 'its task was removed',
    Reason.STAGE_FAILED: 'a stage failed',
}
