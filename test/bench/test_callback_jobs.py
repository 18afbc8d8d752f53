# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Frames that were answered or not as jobs, by hand."""

import numpy as np
import pytest
from known_callbacks import MS, SCENARIO, setting

from rtmdl_ros.bench.callback_jobs import jobs_of
from rtmdl_ros.bench.contest_scores import Reply
from rtmdl_ros.evidence.callback_plan import CallbackAnswer
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.runtime.report import StageSpan
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome

FOUND = (Detection('red', 0.5, Box(1.0, 2.0, 3.0, 4.0)),)


def frames(count):
    pixels = np.zeros((2, 2, 3), np.uint8)
    return [Frame(pixels.copy, arrival_ns=0, header=number) for number in range(count)]


def answer(task, stamp_ms, finish_ms, detections=()):
    spans = StageSpan('a', 'cpu0', 0, 1), StageSpan('b', 'lane0', 1, round(finish_ms * MS))
    return CallbackAnswer(task, round(stamp_ms * MS), spans, detections)


def jobs(published_ms, answers, shown=2):
    published_ns = [round(ms * MS) for ms in published_ms]
    plan = setting('ros2_callback').plan
    return jobs_of(plan, SCENARIO, frames(shown), published_ns, answers)


#: In ms; the run starts at 1000, and each frame is a bit late.
PUBLISHED = (1001, 1026, 1041, 1076, 1081, 1121, 1126)


def test_a_frame_counts_from_its_publication_by_the_deadline_of_its_time():
    found = jobs(
        PUBLISHED,
        [
            answer('sign', 1026, 1126), answer('light', 1041, 1081.5, FOUND),
            answer('sign', 1076, 1176.1), answer('sign', 1126, 1170),
        ],
    )  # fmt: skip
    assert [(j.task, j.outcome, j.release_ns // MS, j.deadline_ns // MS) for j in found] == [
        # The deadline is twice the period, from 80 ms on half of that; light is away at first.
        ('sign', Outcome.ON_TIME, 1026, 1126),
        ('light', Outcome.LATE, 1041, 1081),
        ('sign', Outcome.LATE, 1076, 1176),
        ('light', Outcome.SUPERSEDED, 1081, 1121),
        ('sign', Outcome.ON_TIME, 1126, 1176),
    ]
    assert [job.job_id for job in found] == list(range(5))
    assert [job.variant for job in found] == ['large+tiny', 'small', 'large+tiny', '', 'large+tiny']
    lost = found[3]
    assert (lost.reason, lost.spans, lost.detail) == (
        Reason.NEWER_JOB, (), 'no callback got this frame',
    )  # fmt: skip
    # The pictures come by turns, those that nobody got as well.
    assert [job.payload for job in found] == [
        Reply(1, ()), Reply(0, FOUND), Reply(1, ()), Reply(0, ()), Reply(0, ()),
    ]  # fmt: skip


def test_a_camera_that_published_less_is_an_error():
    with pytest.raises(ValueError, match='shorter'):
        jobs(PUBLISHED[:-1], [])
