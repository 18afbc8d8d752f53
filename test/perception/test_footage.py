# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Own footage: which frame comes when, and what is said of footage that cannot be read."""

import os

import cv2
import numpy as np
import pytest

from rtmdl_ros.perception.footage import (
    EndOfFootageError,
    FootageError,
    narrowed_size,
    open_footage,
)
from rtmdl_ros.perception.picture_file import write_picture

FRAMES = 6


def grey(level):
    return np.full((48, 64, 3), level, np.uint8)


@pytest.fixture
def video(tmp_path):
    """Return a video of six frames at 20 Hz, each 40 levels brighter than the one before."""
    path = tmp_path / 'drive.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 20.0, (64, 48))
    for index in range(FRAMES):
        writer.write(grey(40 * index))
    writer.release()
    return path


def number(image):
    """Return which frame of the video an image is."""
    return round(float(image.mean()) / 40)


def test_frames_of_a_video_come_in_order_at_its_rate(video):
    footage = open_footage(str(video))
    assert footage.rate_hz == 20.0
    assert [number(footage.frame(index)) for index in range(FRAMES)] == list(range(FRAMES))
    with pytest.raises(EndOfFootageError):
        footage.frame(FRAMES)


def test_wide_frames_keep_their_shape_when_narrowed():
    assert narrowed_size(grey(0), 0) == narrowed_size(grey(0), 64) == (64, 48)
    assert narrowed_size(grey(0), 16) == (16, 12)
    assert narrowed_size(grey(0)[:1], 8) == (8, 1)


def test_frames_that_nobody_asks_for_are_passed_over(video):
    footage = open_footage(str(video), rate_hz=5.0)
    assert footage.rate_hz == 5.0
    assert [number(footage.frame(index)) for index in (1, 4)] == [1, 4]


def test_a_video_in_a_loop_begins_again(video):
    footage = open_footage(str(video), loop=True)
    asked = (4, 5, 6, 7, 12, 17)
    assert [number(footage.frame(index)) for index in asked] == [4, 5, 0, 1, 0, 5]


def test_pictures_are_counted_as_people_count(tmp_path):
    for name, level in (('frame_9.png', 80), ('frame_10.png', 120), ('a.jpg', 0)):
        cv2.imwrite(str(tmp_path / name), grey(level))
    cv2.imwrite(str(tmp_path / 'b1²2.png'), grey(0))  # ² is a digit, but no number
    (tmp_path / 'notes.txt').write_text('not a picture')
    footage = open_footage(str(tmp_path))
    assert footage.rate_hz == 10.0
    assert [number(footage.frame(index)) for index in range(4)] == [0, 0, 2, 3]
    with pytest.raises(EndOfFootageError):
        footage.frame(4)
    assert number(open_footage(str(tmp_path), loop=True).frame(6)) == 2


def test_one_picture_will_do(tmp_path):
    cv2.imwrite(str(tmp_path / 'sign.png'), grey(40))
    assert number(open_footage(str(tmp_path / 'sign.png'), loop=True).frame(100)) == 1


@pytest.mark.parametrize('broken', [0, 1, 3])
def test_pictures_that_are_none_are_left_out_and_named(tmp_path, caplog, broken):
    for place in range(4):
        cv2.imwrite(str(tmp_path / f'{place}.png'), grey(40 * place))
    (tmp_path / f'{broken}.png').write_bytes(b'\x89PNG\r\n\x1a\n')
    footage = open_footage(str(tmp_path))
    shown = [number(footage.frame(index)) for index in range(3)]
    with pytest.raises(EndOfFootageError):
        footage.frame(3)
    assert shown == [place for place in range(4) if place != broken]
    assert caplog.messages == [
        f'{tmp_path}/{broken}.png is not a picture that OpenCV can read: left out'
    ]


def test_in_a_loop_only_what_is_no_picture_is_left_out(tmp_path):
    for place in range(3):
        cv2.imwrite(str(tmp_path / f'{place}.png'), grey(40 * place))
    (tmp_path / '1.png').write_bytes(b'')
    footage = open_footage(str(tmp_path), loop=True)
    assert [number(footage.frame(index)) for index in range(6)] == [0, 2, 0, 2, 0, 2]


def test_pictures_none_of_which_can_be_read_are_refused(tmp_path):
    for name in ('a.png', 'b.png'):
        (tmp_path / name).write_bytes(b'')
    with pytest.raises(FootageError, match=r'b\.png is not a picture that OpenCV can read'):
        open_footage(str(tmp_path))


def test_a_picture_that_is_gone_is_named(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), grey(0))
    footage = open_footage(str(tmp_path), loop=True)
    (tmp_path / 'a.png').unlink()
    with pytest.raises(FootageError, match=r'a\.png cannot be read \(No such file or directory\)'):
        footage.frame(1)


def test_names_that_are_not_utf8_are_read_or_refused(tmp_path, video):
    folder = tmp_path / os.fsdecode(b'stra\xdfe')
    folder.mkdir()
    write_picture(folder / os.fsdecode(b'1\xff.png'), grey(40))
    assert number(open_footage(str(folder)).frame(0)) == 1
    with pytest.raises(FootageError, match='has a name that is not UTF-8; rename it'):
        open_footage(str(video.rename(folder / 'drive.avi')))


def test_what_is_there_by_that_name_is_no_webcam(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ('7', '20261128'):
        write_picture(tmp_path / name / 'a.png', grey(80))
        assert number(open_footage(name).frame(0)) == 2


def empty_folder(folder):
    return folder


def text(folder):
    path = folder / 'clip.mp4'
    path.write_text('this is no video')
    return path


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda folder: '', 'none is named; give a video file, a folder of pictures or '),
        (lambda folder: folder / 'no.mp4', 'no.mp4 does not exist; give a video file'),
        (lambda folder: '²', '² does not exist; give a video file'),
        (lambda folder: 300 * 'a', ' cannot be read (File name too long); give a video file'),
        (lambda folder: '~nobody-is-so/a.mp4', '~nobody-is-so/a.mp4 has a home that is not known'),
        (empty_folder, 'has no picture in it (.bmp .jpeg '),
        (text, 'clip.mp4 is not a video that OpenCV can read; give a video file'),
        (lambda folder: 5000 * '9', ' cannot be read (File name too long); give a video file'),
        (lambda folder: 99_999_999_999, '99999999999 does not exist; give a video file'),
        (lambda folder: 63, 'webcam 63 cannot be opened (numbers in /dev: '),
    ],
)
def test_footage_that_cannot_be_read_is_told_in_one_line(tmp_path, capfd, make, message):
    with pytest.raises(FootageError) as error:
        open_footage(str(make(tmp_path)))
    assert message in str(error.value)
    assert '\n' not in str(error.value)
    assert capfd.readouterr().err == '', 'OpenCV and ffmpeg have nothing to add'
