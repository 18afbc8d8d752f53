# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Rendering ahead: in order, never more than allowed, and what is late is left out."""

import threading
import time

import pytest

from rtmdl_ros.rendering.ahead import RenderAhead


def settled(condition, timeout_s: float = 5.0) -> bool:
    """Wait until a condition holds."""
    end_s = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.002)
    return bool(condition())


def test_frames_come_in_order_and_not_too_far_ahead():
    rendered: list[int] = []

    def render(index: int) -> int:
        rendered.append(index)
        return index * 10

    with RenderAhead(render, 3, 1.0) as frames:
        assert frames.wait(5.0)
        assert settled(lambda: rendered == [0, 1, 2])
        time.sleep(0.02)
        assert rendered == [0, 1, 2]
        assert frames.take(0) == 0
        assert settled(lambda: rendered == [0, 1, 2, 3])
        assert frames.take(2) == 20
        assert settled(lambda: rendered == [0, 1, 2, 3, 4, 5])
        assert len(frames.render_times_ms()) == 6


def test_late_frames_are_left_out_and_not_begun():
    go = threading.Semaphore(0)
    rendered: list[int] = []

    def render(index: int) -> int:
        go.acquire()
        rendered.append(index)
        return index

    with RenderAhead(render, 2, 1000.0) as frames:
        assert frames.take(0) is None
        assert frames.take(1) is None
        for _ in range(3):
            go.release()
        # Frame 0 was under way, frame 1 is late already and frame 2 would be.
        assert settled(lambda: len(frames.render_times_ms()) == 2)
        assert rendered == [0, 3]
        assert frames.take(3) == 3
        for _ in range(9):
            go.release()


def test_error_of_the_renderer_reaches_who_takes():
    def render(index: int) -> int:
        raise OSError(f'no frame {index}')

    with RenderAhead(render, 2, 1.0) as frames:
        with pytest.raises(OSError, match='no frame 0'):
            frames.wait(5.0)
        with pytest.raises(OSError, match='no frame 0'):
            frames.take(0)


def test_frames_before_an_error_still_come():
    def render(index):
        if index == 2:
            raise OSError('no frame 2')
        return index

    with RenderAhead(render, 8, 0.01) as frames:
        assert settled(lambda: frames._error is not None)
        assert [frames.take(0), frames.take(1)] == [0, 1]
        with pytest.raises(OSError, match='no frame 2'):
            frames.take(2)
