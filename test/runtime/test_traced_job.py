# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reports in little memory."""

import gc
import sys
from dataclasses import replace

import pytest

from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.runtime.traced_job import packed, unpacked
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome

SPANS = tuple(StageSpan(f's{n}', f'lane{n}', 10**15 + n, 10**15 + n + 7) for n in range(3))
WAITS = (
    Wait('s0', Reason.EXECUTORS_BUSY, '', 2, 5),
    Wait('s1', Reason.URGENT_JOB, 'light', 5, 2**63 - 1),
)
FULL = JobReport(
    9, 'sign', Outcome.LATE, 10**15, 10**15 + 5, 10**15 + 9, SPANS, '', None, waits=WAITS,
    variant='w50',
)  # fmt: skip


@pytest.mark.parametrize(
    'report',
    [
        FULL,
        replace(FULL, spans=()),
        replace(FULL, waits=()),
        replace(FULL, spans=(), waits=(), variant='', release_ns=-3),
        replace(FULL, outcome=Outcome.FAILED, reason=Reason.STAGE_FAILED, detail='why, at length'),
    ],
)
def test_all_but_the_payload_comes_back(report):
    assert unpacked(packed(replace(report, payload=object()))) == report


def test_a_job_is_small_and_no_business_of_the_garbage_collector():
    job = packed(FULL)
    for _ in job:  # one collection a level
        gc.collect()
    assert not gc.is_tracked(job)
    # Its texts are those of the task, the stages and the executors, which are there anyway.
    assert sum(map(sys.getsizeof, (job, *job))) < 450
