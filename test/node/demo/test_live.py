# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is shown while a run lasts."""

import io

from rich.console import Console

from rtmdl_ros.evidence.table import milliseconds, percent
from rtmdl_ros.msg import SchedulerStatus, TaskStatus
from rtmdl_ros.node.demo.live import Display


def status():
    task = TaskStatus(
        task='traffic_light', rate_hz=29.9, miss_ratio=0.013, response_p50_ms=9.12,
        response_p99_ms=14.26, detections_per_frame=2.5, released=123,
    )  # fmt: skip
    return SchedulerStatus(window_s=10.0, accelerator_utilization=0.4, tasks=[task])


def shown(terminal, width=80):
    """Return what a display prints for a run of 12 s, an update a second."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=width, legacy_windows=False)
    display = Display(console, 12.0)
    with display.shown():
        for second in range(1, 13):
            display.update(float(second), status(), 30 * second)
    return file.getvalue()


def test_plain_lines_every_five_seconds_where_there_is_no_terminal():
    text = shown(terminal=False)
    assert '\x1b' not in text
    assert text.splitlines() == [
        '   5 s  traffic_light 29.9 Hz, missed 1.3 %, response p50 9.1 ms, p99 14.3 ms',
        '  10 s  traffic_light 29.9 Hz, missed 1.3 %, response p50 9.1 ms, p99 14.3 ms',
    ]


def test_table_on_a_terminal():
    text = shown(terminal=True)
    assert text.count('traffic_light') >= 12
    last = text[text.rindex('the last 10 s') :]
    for figure in ('29.9 Hz', '1.3 %', '9.1 ms', '14.3 ms', '2.5', '123', '12 of 12 s', '40.0 %'):
        assert figure in last


def test_figures_for_people():
    assert (milliseconds(9.123), milliseconds(0.0)) == ('9.1 ms', '–')
    assert (percent(0.1234), percent(None)) == ('12.3 %', '–')
