# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What policies found in labelled frames, by the same rules as in the demo (evidence.scoring)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtmdl_ros.bench.labelled_frames import Truth
from rtmdl_ros.evidence.recording import Stamp, TaskRecording, TruthFrame
from rtmdl_ros.evidence.scoring import Score, score
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.detection import RIGHT_IOU, Detection
from rtmdl_ros.workload.records import Outcome


@dataclass(frozen=True)
class Reply:
    """What is kept of a job's work; payload of its report."""

    #: Place of its frame among those that are shown; None: of no labelled one.
    picture: int | None
    detections: tuple[Detection, ...]


def reply_of(payload: object) -> Reply:
    """Return what is kept of the work of a job that has ended."""
    assert isinstance(payload, Work)
    picture = payload.frame.header
    return Reply(picture if isinstance(picture, int) else None, payload.detections)


def score_of(
    task: str, jobs: Iterable[JobReport], truths: Sequence[Truth | None]
) -> Score | None:
    """Score the answers of a task's jobs at half overlap; a missed frame finds nothing.

    `truths` tells what is in each picture; jobs on others do not count. None where there is no job
    on a picture of which anything is known.
    """
    shown: list[TruthFrame] = []
    answers: dict[Stamp, tuple[Detection, ...]] = {}
    misses: dict[Stamp, Outcome] = {}
    for job in jobs:
        reply = job.payload
        if not isinstance(reply, Reply) or reply.picture is None:
            continue
        truth = truths[reply.picture]
        if truth is None:
            continue
        # Pictures come again and again, and rounds begin anew: jobs are numbered through.
        stamp = len(shown)
        shown.append(TruthFrame(reply.picture, stamp, truth.objects, truth.unknown))
        if job.missed:
            misses[stamp] = job.outcome
        else:
            found = reply.detections
            answers[stamp] = tuple(each for each in found if each.class_name in truth.classes)
    if not shown:
        return None
    return score(TaskRecording(task, tuple(shown), answers, misses), RIGHT_IOU)
