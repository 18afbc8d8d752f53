# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Precision and recall, by hand and by invariants."""

import pytest
from demo_records import lights, short_run, thing, truth
from hypothesis import given
from hypothesis import strategies as st

from rtmdl_ros.evidence.recording import TaskRecording, TruthFrame
from rtmdl_ros.evidence.scoring import match_frame, score
from rtmdl_ros.workload.detection import Box

DETECTIONS = st.lists(
    st.builds(
        thing,
        st.sampled_from(['red', 'green']),
        st.integers(0, 60).map(float),
        st.floats(0.0, 1.0),
        st.integers(1, 40).map(float),
    ),
    max_size=6,
)


def test_the_surest_detection_takes_the_object():
    found = [thing('red', 12.0, 0.6), thing('red', 14.0, 0.9)]
    assert match_frame(found, [thing('red')], 0.5).pairs == ((1, 0),)


def test_a_detection_takes_the_object_that_it_overlaps_most():
    objects = [thing('red', 16.0), thing('red', 11.0)]
    assert match_frame([thing('red', 10.0)], objects, 0.5).pairs == ((0, 1),)


def test_class_and_overlap_must_be_right():
    # 20 x 20 pixels, 5 to the side: 300 of 500 shared.
    assert match_frame([thing('red', 15.0)], [thing('red')], 0.6).pairs == ((0, 0),)
    assert match_frame([thing('red', 15.0)], [thing('red')], 0.61).pairs == ()
    assert match_frame([thing('green')], [thing('red')], 0.5).pairs == ()


@given(DETECTIONS, DETECTIONS, st.floats(0.01, 1.0))
def test_each_is_paired_at_most_once_and_only_with_its_class(found, objects, least_iou):
    pairs = match_frame(found, objects, least_iou).pairs
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    assert all(found[a].class_name == objects[b].class_name for a, b in pairs)


@given(DETECTIONS)
def test_the_truth_itself_is_all_right(objects):
    assert len(match_frame(objects, objects, 1.0).pairs) == len(objects)


def test_misses_and_lost_frames_count_as_not_found():
    figures = score(short_run().tasks[0], 0.5)
    # On time: frames 1 (right), 2 (green where red is; green itself 30 pixels away), 5 (right).
    assert (figures.detections, figures.correct) == (3, 2)
    # Frames 1, 2 and 5 hold 4 objects, all five frames 6.
    assert (figures.objects_answered, figures.objects) == (4, 6)
    assert figures.precision == pytest.approx(2 / 3)
    assert figures.recall_answered == 0.5
    assert figures.recall_on_time == pytest.approx(1 / 3)


def test_finds_where_nobody_knows_do_not_count_unless_they_are_right():
    unknown = [Box(0.0, 0.0, 50.0, 50.0)]
    found = [thing('red', 10.0, 0.9), thing('red', 12.0, 0.8), thing('red', 45.0, 0.7)]
    match = match_frame(found, [thing('red')], 0.5, unknown)
    assert (match.pairs, match.detections, match.objects) == (((0, 0),), 2, 1)
    frame = TruthFrame(0, 0, (thing('red'),), tuple(unknown))
    figures = score(TaskRecording('t', (frame,), {0: tuple(found)}, {}), 0.5)
    assert (figures.precision, figures.recall_answered) == (0.5, 1.0)
    assert figures.f1_answered == pytest.approx(2 / 3)


def test_ratios_without_a_denominator_are_none():
    nothing = score(TaskRecording('t', truth(()), {}, {}), 0.5)
    assert (nothing.precision, nothing.recall_answered, nothing.recall_on_time) == (None,) * 3
    assert nothing.f1_answered is None


def test_answers_to_frames_without_truth_do_not_count():
    task = TaskRecording('t', (), lights().answers, {})
    assert score(task, 0.5).detections == 0
