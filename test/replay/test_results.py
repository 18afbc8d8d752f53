# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a replay is scored by."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from rtmdl_ros.evidence.recording import Recording
from rtmdl_ros.evidence.scoring import score
from rtmdl_ros.evidence.story import stories_of
from rtmdl_ros.replay.accuracy import frames_scored, on_time_accuracy
from rtmdl_ros.replay.results import recording_of_task
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Outcome

LIGHT = Detection('red', 0.9, Box(10, 10, 40, 60))


def recording(labelled):
    """Return that of a task that finds the light of each of 30 frames, on time."""
    drive = SimpleNamespace(truth={('traffic_light', 'front'): dict.fromkeys(labelled, (LIGHT,))})
    parameters = SimpleNamespace(function='traffic_light', camera='front')
    task = SimpleNamespace(name='lights', parameters=parameters)
    report = SimpleNamespace(task='lights', finished=True, missed=False)
    jobs = [SimpleNamespace(report=report, number=n, detections=(LIGHT,)) for n in range(30)]
    return recording_of_task(drive, task, range(0, 3000, 100), jobs)


@pytest.mark.parametrize('labelled', [range(30), range(0, 30, 10)])
def test_frames_without_a_message_of_the_truth_are_not_scored(labelled):
    found = recording(labelled)
    scored = score(found, 0.5)
    assert (scored.detections, scored.correct, scored.objects) == (len(labelled),) * 3
    assert on_time_accuracy(found) == 1.0
    assert frames_scored(found) == len(labelled)
    known = [story.index for story in stories_of(Recording((found,))) if story.truth_known]
    assert known == list(labelled)


def test_what_comes_late_is_not_found_on_time():
    found = recording(range(30))
    late = replace(found, misses=dict.fromkeys(sorted(found.answers)[:15], Outcome.LATE))
    assert on_time_accuracy(late) == pytest.approx(0.5, abs=0.02)


def test_without_any_message_of_the_truth_nothing_is_known():
    found = recording(())
    assert on_time_accuracy(found) is None
