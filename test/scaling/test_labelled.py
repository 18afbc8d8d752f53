# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labels of users: what of them becomes boxes of a frame."""

from pathlib import Path

from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.labelled import Label, Picture, _frame


def frame_of(*labels: Label) -> tuple[LabelledPicture, tuple[str, ...]]:
    """Return the frame of 20 x 20 pixels with these labels, and what is told of it."""
    findings = Findings()
    picture = Picture(Path('x.png'), labels)
    frame = _frame(picture, 20, 20, ('red', 'green').index, findings)
    return frame, tuple(findings.lines())


def test_one_place_with_two_classes_stays_two_boxes() -> None:
    frame, told = frame_of(Label('red', (1, 1, 9, 9)), Label('green', (1, 1, 9, 9)))
    assert frame.labels.tolist() == [0, 1]
    assert told == ()


def test_a_box_that_reaches_out_by_two_pixels_is_told() -> None:
    frame, told = frame_of(Label('red', (-2, 1, 9, 9)))
    assert frame.boxes.tolist() == [[0, 1, 9, 9]]
    assert told == ('1x box reaches out of the image, clipped: x.png',)
