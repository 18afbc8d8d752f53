# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Contact sheet and video, read back."""

import cv2
import numpy as np
import pytest
from demo_records import thing

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.evidence.pictures import write_contact_sheet, write_video
from rtmdl_ros.evidence.story import FrameStory

STORIES = [FrameStory(i, i / 15, (thing('red'),), (thing('red'),), {}) for i in range(7)]


def render(index):
    """Return a frame whose grey tells its index."""
    return np.full((240, 321, 3), 40 + 20 * index, np.uint8)


def test_the_sheet_has_rows_of_three(tmp_path):
    path = tmp_path / 'sheet.png'
    write_contact_sheet(STORIES, render, path)
    sheet = cv2.imread(str(path))
    assert sheet.shape == (26 + 3 * 266, 3 * 321, 3)
    # A pixel in the middle of each cell tells which frame it is; the last two cells are blank.
    greys = [int(sheet[26 + 266 * row + 200, 321 * column + 160, 0]) for row in range(3)
             for column in range(3)]  # fmt: skip
    assert greys == [40, 60, 80, 100, 120, 140, 160, 255, 255]


def test_wide_frames_are_made_narrower(tmp_path):
    path = tmp_path / 'sheet.png'
    write_contact_sheet(STORIES[:1], lambda _: np.zeros((720, 1280, 3), np.uint8), path)
    assert cv2.imread(str(path)).shape == (26 + 373, 1920, 3)


def test_the_video_has_every_frame_and_its_rate(tmp_path, capfd):
    path = tmp_path / 'demo.webm'
    steps = []
    write_video(STORIES, render, path, 15.0, lambda: steps.append(1))
    video = cv2.VideoCapture(str(path))
    assert video.get(cv2.CAP_PROP_FPS) == 15.0
    greys = []
    while (read := video.read())[0]:
        assert read[1].shape == (266, 320, 3)
        greys.append(float(read[1][200, 160, 0]))
    assert greys == pytest.approx([40, 60, 80, 100, 120, 140, 160], abs=9)
    assert len(steps) == 7
    assert capfd.readouterr().err == ''


def test_pictures_of_several_sizes_are_cut_or_filled(tmp_path):
    def other(index):
        return np.full((240 - 20 * (index % 2), 320 + 40 * (index % 3), 3), 200, np.uint8)

    sheet, video = tmp_path / 'sheet.png', tmp_path / 'demo.webm'
    write_contact_sheet(STORIES[:3], other, sheet)
    assert cv2.imread(str(sheet)).shape == (26 + 266, 3 * 320, 3)
    write_video(STORIES, other, video, 15.0, lambda: None)
    assert cv2.VideoCapture(str(video)).get(cv2.CAP_PROP_FRAME_COUNT) == 7


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(EvidenceError, match=r'nowhere/sheet\.png'):
        write_contact_sheet(STORIES, render, tmp_path / 'nowhere' / 'sheet.png')
    with pytest.raises(EvidenceError, match=r'nowhere/demo\.webm'):
        write_video(STORIES, render, tmp_path / 'nowhere' / 'demo.webm', 15.0, lambda: None)
