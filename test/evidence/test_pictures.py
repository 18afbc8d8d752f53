# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Contact sheet and video, read back."""

import os

import cv2
import numpy as np
import pytest
from demo_records import thing
from file_sizes import largest_file

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
    (tmp_path / 'file').touch()
    with pytest.raises(OSError, match=r'file/sheet\.png'):
        write_contact_sheet(STORIES, render, tmp_path / 'file' / 'sheet.png')
    with pytest.raises(OSError, match=r'file/demo\.webm'):
        write_video(STORIES, render, tmp_path / 'file' / 'demo.webm', 15.0, lambda: None)


def test_a_video_that_is_not_whole_leaves_the_old_one(tmp_path):
    def noise(index):
        return np.random.default_rng(index).integers(0, 255, (240, 320, 3), np.uint8)

    path = tmp_path / 'demo.webm'
    path.write_bytes(b'old')
    with largest_file(2000), pytest.raises(OSError, match='it is not whole; the disk may be'):
        write_video(STORIES, noise, path, 15.0, lambda: None)
    assert path.read_bytes() == b'old'
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize('rate_hz', [0.1, 14.985, 29.97, 240.0])
@pytest.mark.parametrize('count', [1, 2, 7])
def test_a_whole_video_is_taken_for_whole(tmp_path, rate_hz, count):
    write_video(STORIES[:count], render, tmp_path / 'demo.webm', rate_hz, lambda: None)


def test_names_that_are_not_utf8_are_written_or_refused(tmp_path):
    folder = tmp_path / os.fsdecode(b'stra\xdfe')
    write_contact_sheet(STORIES, render, folder / 'sheet.png')
    assert (folder / 'sheet.png').stat().st_size > 1000
    with pytest.raises(EvidenceError, match='its name is not UTF-8; give another place'):
        write_video(STORIES, render, folder / 'demo.webm', 15.0, lambda: None)
