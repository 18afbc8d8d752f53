# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The timeline picture."""

import cv2
import numpy as np
import pytest

from rtmdl_ros.runtime.chrome_trace import write_chrome_trace
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.runtime.timeline import draw_timeline
from rtmdl_ros.workload.records import Outcome

MS = 1_000_000
RED, BLUE, ORANGE = (0x00, 0x00, 0xD0), (0xB2, 0x72, 0x00), (0x00, 0x9F, 0xE6)


def job(job_id, start_ms, outcome):
    """Return a job of 10 ms on a lane."""
    span = StageSpan('net', 'lane0', start_ms * MS, (start_ms + 10) * MS)
    release, finish = start_ms * MS, (start_ms + 10) * MS
    return JobReport(job_id, 'a', outcome, release, release + 20 * MS, finish, (span,), '', None)


def red_pixels(path):
    """Count the pixels of a miss."""
    image = cv2.imread(str(path))
    assert image.shape == (500, 1600, 3)
    return pixels_of(image, RED)


def pixels_of(image, colour):
    """Count the pixels of a colour."""
    return int(np.all(image == colour, axis=2).sum())


def test_a_miss_is_marked_red_and_only_in_its_time(tmp_path):
    good, bad = job(0, 0, Outcome.ON_TIME), job(1, 100, Outcome.LATE)
    draw_timeline([good, bad], tmp_path / 'early.png', start_s=0, length_s=0.05)
    draw_timeline([good, bad], tmp_path / 'late.png', start_s=0.09, length_s=0.05)
    legend = red_pixels(tmp_path / 'early.png')
    assert red_pixels(tmp_path / 'late.png') > legend + 50


def test_a_trace_file_gives_the_same_picture_as_its_reports(tmp_path):
    reports = [job(0, 0, Outcome.ON_TIME), job(1, 30, Outcome.DISCARDED)]
    write_chrome_trace(reports, tmp_path / 'trace.json')
    draw_timeline(tmp_path / 'trace.json', tmp_path / 'a.png', 0, 0.1)
    draw_timeline(reports, tmp_path / 'b.png', 0, 0.1)
    assert np.array_equal(*(cv2.imread(str(tmp_path / f'{name}.png')) for name in 'ab'))


def test_rows_and_colours_can_be_those_of_other_pictures(tmp_path):
    reports = [job(0, 0, Outcome.ON_TIME)]
    draw_timeline(reports, tmp_path / 'alone.png', 0, 0.1)
    draw_timeline(reports, tmp_path / 'second.png', 0, 0.1, coloured_first=('b', 'a'))
    draw_timeline(reports, tmp_path / 'lanes.png', 0, 0.1, executors=('lane0', 'lane1'))
    alone, second, lanes = (
        cv2.imread(str(tmp_path / f'{name}.png')) for name in ('alone', 'second', 'lanes')
    )
    assert pixels_of(alone, BLUE) > 1000 and not pixels_of(alone, ORANGE)
    assert pixels_of(second, ORANGE) > 1000 and not pixels_of(second, BLUE)
    assert 0 < pixels_of(lanes, BLUE) < 0.8 * pixels_of(alone, BLUE)  # rows are lower


def test_no_jobs_no_picture(tmp_path):
    with pytest.raises(ValueError, match='no jobs to draw'):
        draw_timeline([], tmp_path / 'a.png', 0, 1)
