# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Decoding of hand-made maps, with exact boxes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtmdl_ros.networks.decode import decode, suppress
from rtmdl_ros.workload.detection import Box, Detection

CLASSES = ('red', 'green')


def maps(*peaks: tuple[int, int, int, float, tuple[float, ...]]) -> tuple[NDArray[np.float32], ...]:
    """Return 4 x 5 maps with peaks (class, row, column, score, box)."""
    scores = np.zeros((1, 2, 4, 5), np.float32)
    boxes = np.zeros((1, 4, 4, 5), np.float32)
    for label, row, column, score, box in peaks:
        scores[0, label, row, column] = score
        boxes[0, :, row, column] = box
    return scores, boxes


def found(
    *peaks: tuple[int, int, int, float, tuple[float, ...]],
    threshold: float = 0.5,
    scale: float = 1.0,
    most: int = 100,
) -> tuple[Detection, ...]:
    """Decode peaks in an image of 40 x 32 pixels."""
    scores, boxes = maps(*peaks)
    return decode(
        scores, boxes, classes=CLASSES, score_threshold=threshold, scale=scale,
        image_height=32, image_width=40, max_detections=most,
    )  # fmt: skip


def test_empty_maps_give_nothing() -> None:
    """A scene without objects is no error."""
    assert found() == ()


def test_peaks_become_detections_best_first() -> None:
    """Class, score and box come through unchanged at scale 1."""
    answer = found((0, 0, 0, 0.75, (0, 0, 8, 8)), (1, 3, 4, 0.875, (20, 10, 40, 30)))
    assert answer == (
        Detection('green', 0.875, Box(20.0, 10.0, 40.0, 30.0)),
        Detection('red', 0.75, Box(0.0, 0.0, 8.0, 8.0)),
    )


def test_threshold_is_inclusive() -> None:
    """A score equal to the threshold counts, one below does not; 0 never counts."""
    peaks = ((0, 0, 0, 0.5, (0, 0, 8, 8)), (1, 3, 4, 0.25, (20, 10, 40, 30)))
    assert len(found(*peaks, threshold=0.5)) == 1
    assert len(found(*peaks, threshold=0.25)) == 2
    assert len(found(*peaks, threshold=0.0)) == 2


def test_boxes_are_scaled_back_and_clipped() -> None:
    """Input pixels become image pixels; nothing reaches over the image's edge."""
    (answer,) = found((0, 1, 1, 0.75, (-2, 4, 10, 40)), scale=0.5)
    assert answer.box == Box(0.0, 8.0, 20.0, 32.0)


def test_box_outside_the_image_is_dropped() -> None:
    """A box in the grey margin has no pixel in the image."""
    assert found((0, 1, 1, 0.75, (60, 4, 70, 10)), scale=1.0) == ()


def test_one_object_keeps_its_best_class() -> None:
    """Two classes at one place are one object, whichever class is surer."""
    answer = found((0, 1, 1, 0.625, (4, 4, 20, 20)), (1, 1, 2, 0.75, (5, 4, 20, 20)))
    assert [detection.class_name for detection in answer] == ['green']


def test_most_detections() -> None:
    """No more than asked for, and those are the best."""
    peaks = [(0, 0, at, 0.5 + at / 16, (8 * at, 0, 8 * at + 7, 7)) for at in range(5)]
    answer = found(*peaks, most=2)
    assert [detection.score for detection in answer] == [0.75, 0.6875]


def test_suppress_keeps_what_shares_half() -> None:
    """An IoU of exactly one half is two objects, more is one."""
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 10, 6]], np.float32)
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    assert suppress(boxes, scores).tolist() == [0, 1]


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_kept_boxes_are_apart(seed: int) -> None:
    """Kept boxes share at most half; every dropped box shares more with a better kept one."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 50, (20, 2))
    boxes = np.concatenate([low, low + rng.uniform(1, 40, (20, 2))], axis=1).astype(np.float32)
    scores = rng.random(20).astype(np.float32)
    kept = suppress(boxes, scores)
    assert scores[kept].tolist() == sorted(scores[kept], reverse=True)

    def overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
        wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
        high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
        both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
        return float(wide * high / (both - wide * high))

    for at in range(20):
        better = [k for k in kept if scores[k] > scores[at]]
        shares = [overlap(boxes[at], boxes[k]) for k in better]
        if at in kept:
            assert max(shares, default=0.0) <= 0.5 + 1e-5
        else:
            assert max(shares) > 0.5 - 1e-5


@pytest.mark.parametrize('size', [1, 3])
def test_detections_are_plain_numbers(size: int) -> None:
    """Messages and JSON want python floats, not numpy scalars."""
    (answer,) = found((0, 1, 1, 0.75, (0, 0, size, size)))
    assert type(answer.score) is float and type(answer.box.x_max) is float


def field_of_peaks(scores: NDArray[np.float32]) -> tuple[Detection, ...]:
    """Decode peaks (H, W), each with a box of its own of 8 pixels."""
    rows, columns = scores.shape
    boxes = np.zeros((1, 4, rows, columns), np.float32)
    boxes[0, 0] = np.arange(columns) * 8
    boxes[0, 1] = np.arange(rows)[:, None] * 8
    boxes[0, 2:] = boxes[0, :2] + 8
    return decode(
        scores[None, None], boxes, classes=('red',), score_threshold=0.1, scale=1.0,
        image_height=8 * rows, image_width=8 * columns,
    )  # fmt: skip


def test_of_very_many_peaks_the_surest_keep_their_scores() -> None:
    scores = np.random.default_rng(0).uniform(0.3, 0.9, (40, 40)).astype(np.float32)
    detections = field_of_peaks(scores)
    assert [each.score for each in detections] == np.sort(scores.ravel())[::-1][:100].tolist()
    for each in detections:
        assert each.score == scores[int(each.box.y_min) // 8, int(each.box.x_min) // 8]
