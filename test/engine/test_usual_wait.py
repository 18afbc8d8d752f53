# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How a thread waits for work of which it knows how long it took before."""

import pytest

from rtmdl_ros.engine import usual_wait
from rtmdl_ros.engine.usual_wait import UsualWait

STREAM = object()


class Clock:
    """The time, which passes where something waits."""

    def __init__(self):
        self.now_s = 100.0
        #: When the stream has done all, from the next record on.
        self.work_s = 0.0
        self.done_s = 0.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now_s += seconds


class Event:
    def __init__(self, clock, late_s):
        self.clock, self.late_s = clock, late_s
        self.waits = 0

    def record(self, stream):
        assert stream is STREAM
        self.clock.done_s = self.clock.now_s + self.clock.work_s

    def synchronize(self):
        self.waits += 1
        if self.clock.now_s < self.clock.done_s:
            self.clock.now_s = self.clock.done_s + self.late_s


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(usual_wait, 'perf_counter', lambda: clock.now_s)
    monkeypatch.setattr(usual_wait, 'sleep', clock.sleep)
    return clock


@pytest.fixture
def waits(clock):
    """Return what waits for work of so many seconds, and its two events."""
    usual = UsualWait()
    watched, asleep = Event(clock, 0.0), Event(clock, 50e-6)

    def wait(work_s):
        clock.work_s, start = work_s, clock.now_s
        usual.until_done(STREAM, watched, asleep)
        return clock.now_s - start

    wait.usual, wait.watched, wait.asleep = usual, watched, asleep
    return wait


def test_what_is_not_known_is_slept_through_and_then_watched(clock, waits):
    assert waits(400e-6) == pytest.approx(450e-6)  # the driver wakes it late
    assert (waits.asleep.waits, waits.watched.waits) == (1, 0)
    assert waits(400e-6) == pytest.approx(400e-6)
    assert (waits.asleep.waits, waits.watched.waits) == (1, 1)
    assert clock.slept == pytest.approx([250e-6])  # until 200 us before the usual end
    assert waits.usual.usual_s == pytest.approx(400e-6)


def test_short_work_is_watched_from_its_start(clock, waits):
    waits(100e-6)
    waits(100e-6)
    assert clock.slept == [] and waits.watched.waits == 1


def test_long_work_is_left_to_the_driver(clock, waits):
    for _ in range(3):
        assert waits(3e-3) == pytest.approx(3.05e-3)
    assert clock.slept == [] and waits.asleep.waits == 3


def test_what_takes_less_is_not_overslept_for_long(waits):
    waits(1000e-6)
    assert waits(300e-6) == pytest.approx(850e-6)
    for _ in range(5):
        waits(300e-6)
    assert waits(300e-6) == pytest.approx(300e-6)


def test_what_takes_longer_becomes_usual_slowly(waits):
    waits(300e-6)
    waits(300e-6)
    assert waits(600e-6) == pytest.approx(600e-6)
    assert waits.usual.usual_s == pytest.approx(306e-6)


def test_one_wait_that_began_late_does_not_let_long_work_be_watched(clock, waits):
    waits(8e-3)
    waits(100e-6)  # its thread had lost its core for the rest
    assert waits.watched.waits == 0
    waits(8e-3)  # watched, once
    waits(8e-3)
    assert (waits.watched.waits, waits.asleep.waits) == (1, 3)
