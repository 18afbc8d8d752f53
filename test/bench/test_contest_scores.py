# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Answers of jobs against labels, by exact numbers."""

from demo_records import thing

from rtmdl_ros.bench.contest_scores import Reply, reply_of, score_of
from rtmdl_ros.bench.labelled_frames import Truth
from rtmdl_ros.evidence.scoring import Score
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.detection import Box
from rtmdl_ros.workload.records import Outcome

ON_TIME, LATE, SUPERSEDED = Outcome.ON_TIME, Outcome.LATE, Outcome.SUPERSEDED
RED, NOWHERE = frozenset(['red']), Box(200.0, 0.0, 300.0, 100.0)
TRUTHS = (
    Truth((thing('red'), thing('red', 60.0)), (), RED),
    None,
    Truth((), (NOWHERE,), RED),
)


def job(outcome, picture, *found):
    return JobReport(0, 't', outcome, 0, 10, 5, (), '', Reply(picture, found))


def test_each_showing_of_a_picture_counts_anew():
    jobs = [
        job(ON_TIME, 0, thing('red', 11.0, 0.9)),
        job(ON_TIME, 0, thing('red', 11.0, 0.9), thing('red', 61.0, 0.8), thing('red', 99.0, 0.7)),
        # Right, but too late; never answered.
        job(LATE, 0, thing('red')),
        job(SUPERSEDED, 0),
        # A picture of which nothing is known.
        job(ON_TIME, 1, thing('red')),
        # Two that do not count: another class, and where nobody knows. One false alarm.
        job(ON_TIME, 2, thing('green'), thing('red', 210.0), thing('red', 20.0)),
    ]
    found = score_of('t', jobs, TRUTHS)
    assert found == Score(0.5, detections=5, correct=3, objects_answered=4, objects=8)
    assert (found.precision, found.recall_answered, found.recall_on_time) == (0.6, 0.75, 0.375)
    assert found.f1_answered == 2 / 3


def test_without_labels_there_is_no_score():
    assert score_of('t', [job(ON_TIME, 1, thing('red'))], TRUTHS) is None
    assert score_of('t', [job(ON_TIME, None, thing('red'))], TRUTHS) is None
    # Of simulated jobs nothing is kept.
    simulated = JobReport(0, 't', ON_TIME, 0, 10, 5, (), '', None)
    assert score_of('t', [simulated], TRUTHS) is None


def test_kept_of_a_job_is_which_picture_it_saw_and_what_it_found():
    work = Work(Frame(bytearray, 0, 7), tensors={'large': None}, detections=(thing('red'),))
    assert reply_of(work) == Reply(7, (thing('red'),))
    assert reply_of(Work(Frame(bytearray, 0, None))) == Reply(None, ())
