# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Average precision of detections whose precision is known."""

from pathlib import Path

import numpy as np
import pytest

from rtmdl_ros.scaling.coco import average_precision
from rtmdl_ros.scaling.detector_figures import best_threshold, f1_of, match_all
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.workload.detection import Box, Detection

CLASSES = ('red', 'green')


def frame(
    boxes: list[tuple[float, ...]], labels: list[int], regions: object = ()
) -> LabelledPicture:
    """Return a frame of 100 x 100 pixels that has no file."""
    return LabelledPicture(
        Path('none'), 'test', np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64), np.array(regions, np.float32).reshape(-1, 5), (), 100, 100,
    )  # fmt: skip


def said(name: str, score: float, *box: float) -> Detection:
    """Return a detection."""
    return Detection(name, score, Box(*box))


RED = (10.0, 10.0, 30.0, 50.0)
GREEN = (50.0, 10.0, 70.0, 50.0)


def test_all_right_is_one() -> None:
    """Every figure of a perfect answer is 1."""
    answer = [(said('red', 0.9, *RED), said('green', 0.8, *GREEN))]
    figures = average_precision([frame([RED, GREEN], [0, 1])], answer, CLASSES)
    assert (figures.ap50, figures.ap50_95) == pytest.approx((1.0, 1.0))
    assert figures.per_class_ap50 == pytest.approx({'red': 1.0, 'green': 1.0})
    assert figures.boxes == {'red': 1, 'green': 1}


def test_wrong_class_counts_only_without_classes() -> None:
    """Found and misnamed: 0 for the class, 1 for the place."""
    answer = [(said('green', 0.9, *RED),)]
    frames = [frame([RED], [0])]
    assert average_precision(frames, answer, CLASSES).ap50 == 0.0
    assert average_precision(frames, answer, CLASSES, merged=True).ap50 == pytest.approx(1.0)


def test_half_of_the_objects_is_half() -> None:
    """Recall 0.5 at precision 1: 51 of COCO's 101 recall points."""
    frames = [frame([RED, GREEN], [0, 0])]
    figures = average_precision(frames, [(said('red', 0.9, *RED),)], CLASSES)
    assert figures.ap50 == pytest.approx(51 / 101)
    assert 'green' not in figures.per_class_ap50


def test_region_without_reward_does_not_punish() -> None:
    """A detection in it is left out; elsewhere it halves the precision."""
    answer = [(said('red', 0.95, *GREEN), said('red', 0.9, *RED))]
    free = [frame([RED], [0], [(*GREEN, 0)])]
    assert average_precision(free, answer, CLASSES).ap50 == pytest.approx(1.0)
    strict = [frame([RED], [0])]
    assert average_precision(strict, answer, CLASSES).ap50 == pytest.approx(0.5)


def test_a_whole_picture_without_reward_does_not_punish() -> None:
    """Unless some of it counts again, as around the labels of an incomplete picture."""
    answer = [(said('red', 0.95, *GREEN),), (said('red', 0.9, *RED),)]
    whole = (0, 0, 100, 100, 0)
    ignored = [frame([], [], [whole]), frame([RED], [0])]
    assert average_precision(ignored, answer, CLASSES).ap50 == pytest.approx(1.0)
    incomplete = [frame([], [], [whole, (*GREEN, 1)]), frame([RED], [0])]
    assert average_precision(incomplete, answer, CLASSES).ap50 == pytest.approx(0.5)


def test_no_detection_is_zero() -> None:
    """And no error."""
    figures = average_precision([frame([RED], [0])], [()], CLASSES)
    assert (figures.ap50, figures.per_class_ap50) == (0.0, {'red': 0.0})


def test_matches_and_f1() -> None:
    """One right, one misnamed, one missed, one false alarm, one where nothing counts."""
    frames = [
        frame([RED, GREEN], [0, 1], [(80, 80, 100, 100, 0)]),
        frame([RED], [0]),
    ]
    answers = [
        (
            said('red', 0.9, *RED),
            said('red', 0.8, *GREEN),
            said('red', 0.7, 85, 85, 95, 95),
            said('red', 0.6, 0, 60, 10, 70),
        ),
        (said('red', 0.1, *RED),),
    ]
    matches = match_all(frames, answers, CLASSES, 0.5)
    assert sorted(m.right for m in matches) == [False, False, False, True]
    f1, precision, recall = f1_of(matches)
    assert (precision, recall) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert f1 == pytest.approx(1 / 3)


def test_threshold_between_right_and_wrong() -> None:
    """False alarms up to 0.29, right ones from 0.7: the first whose neighbourhood is all right."""
    frames = [frame([RED], [0]) for _ in range(10)]
    answers = [
        (said('red', 0.7 + at / 100, *RED), said('red', 0.2 + at / 100, *GREEN)) for at in range(10)
    ]
    assert best_threshold(frames, answers, CLASSES) == 0.35


def test_classes_that_are_too_rare_to_judge_by_are_left_out_of_the_mean() -> None:
    """Unless all are."""
    frames = [frame([RED, GREEN], [0, 1]), frame([RED], [0])]
    answer = [(said('red', 0.9, *RED),), (said('red', 0.9, *RED),)]
    assert average_precision(frames, answer, CLASSES).ap50 == pytest.approx(0.5)
    figures = average_precision(frames, answer, CLASSES, least_boxes=2)
    assert figures.ap50 == pytest.approx(1.0)
    assert figures.per_class_ap50 == pytest.approx({'red': 1.0, 'green': 0.0})
    assert average_precision(frames, answer, CLASSES, least_boxes=3).ap50 == pytest.approx(0.5)
