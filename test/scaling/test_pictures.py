# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sheets of a detector's errors: their size, and the boxes on them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from rtmdl_ros.scaling.detector_figures import Match
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.pictures import (
    CAPTION,
    COLUMNS,
    FOUND_COLOUR,
    TILE,
    TITLE,
    TRUTH_COLOUR,
    save_confused_crops,
    save_error_sheets,
)
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.workload.detection import Box, Detection

LABELLED = (40.0, 40.0, 60.0, 80.0)
#: Beside it, too far off to count as the same.
OFF = Detection('red', 0.53, Box(52.0, 45.0, 72.0, 85.0))


@pytest.fixture
def frame(tmp_path):
    path = tmp_path / 'street.png'
    cv2.imwrite(str(path), np.full((120, 160, 3), 90, np.uint8))
    boxes = np.array([LABELLED], np.float32)
    regions = np.zeros((0, 5), np.float32)
    return LabelledPicture(path, 'mine', boxes, np.zeros(1, np.int64), regions, ('red',), 160, 120)


def has(image, colour):
    """Tell whether a colour, all but smeared text, is on an image."""
    return int((image == np.array(colour, np.uint8)).all(axis=2).sum()) > 50


def test_a_file_name_that_is_no_text_is_written_with_escapes(tmp_path, frame):
    odd = replace(frame, path=frame.path.rename(tmp_path / 'gr\udcfcn.png'))
    save_error_sheets([Match(0, OFF, None)], [odd], tmp_path, 'lights')
    sheet = cv2.imread(str(tmp_path / 'lights_false.png'))
    assert sheet is not None and sheet[-CAPTION:].any()


def test_an_answer_that_is_off_is_shown_with_the_label_that_it_missed(tmp_path, frame):
    save_error_sheets([Match(0, OFF, None)], [frame], tmp_path, 'lights')
    assert {path.name for path in tmp_path.glob('*.png')} == {'street.png', 'lights_false.png'}
    sheet = cv2.imread(str(tmp_path / 'lights_false.png'))
    assert sheet.shape == (TITLE + TILE + CAPTION, COLUMNS * TILE, 3)
    tile = sheet[TITLE : TITLE + TILE, :TILE]
    assert has(tile, TRUTH_COLOUR) and has(tile, FOUND_COLOUR)
    assert sheet[:TITLE].any(), 'a title is there'


def test_a_missed_label_is_shown_alone(tmp_path, frame):
    missed = Detection('red', 1.0, Box(*LABELLED))
    save_error_sheets([Match(0, None, missed)], [frame], tmp_path, 'lights')
    tile = cv2.imread(str(tmp_path / 'lights_missed.png'))[TITLE : TITLE + TILE, :TILE]
    assert has(tile, TRUTH_COLOUR) and not has(tile, FOUND_COLOUR)


def test_crops_have_no_legend_of_boxes(tmp_path):
    crops = Crops(np.zeros((1, 8, 8, 3), np.uint8), np.zeros(1, np.int64))
    rows = np.array([[0.1, 0.9]], np.float32)
    save_confused_crops(crops, rows, ('stop', 'yield'), tmp_path / 'confused.png')
    title = cv2.imread(str(tmp_path / 'confused.png'))[:TITLE]
    assert title.any() and (title.min(axis=2) == title.max(axis=2)).all(), 'grey only'
