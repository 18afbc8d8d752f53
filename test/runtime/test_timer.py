# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The thread that wakes the core."""

import threading
import time

import pytest

from rtmdl_ros.runtime.timer import WakeTimer

PATIENCE_S = 60.0


@pytest.fixture
def woken():
    """The timer and the times at which it woke."""
    times = []
    rang = threading.Semaphore(0)

    def wake():
        times.append(time.monotonic_ns())
        rang.release()

    timer = WakeTimer(time.monotonic_ns, wake)
    timer.start()
    yield timer, times, rang
    timer.retire()
    timer.join(PATIENCE_S)
    assert not timer.is_alive()


def test_it_wakes_once_and_not_before_the_time(woken):
    timer, times, rang = woken
    wish = time.monotonic_ns() + 30_000_000
    timer.wake_at(wish)
    assert rang.acquire(timeout=PATIENCE_S)
    assert not rang.acquire(timeout=0.05)
    assert times[0] >= wish


def test_a_time_in_the_past_wakes_now(woken):
    timer, _, rang = woken
    timer.wake_at(0)
    assert rang.acquire(timeout=PATIENCE_S)


def test_the_last_wish_counts():
    now_ns = 0
    rang = threading.Semaphore(0)
    timer = WakeTimer(lambda: now_ns, rang.release)
    timer.start()
    timer.wake_at(10**18)  # the far future: longer than a thread can wait
    timer.wake_at(20_000_000)  # earlier
    timer.wake_at(60_000_000)  # later
    now_ns = 59_999_999
    assert not rang.acquire(timeout=0.1)
    now_ns = 60_000_000
    assert rang.acquire(timeout=PATIENCE_S)
    assert not rang.acquire(timeout=0.1)
    timer.retire()
    timer.join(PATIENCE_S)
    assert not timer.is_alive()


def test_each_of_two_wishes_is_met():
    now_ns = 0
    rang = threading.Semaphore(0)
    timer = WakeTimer(lambda: now_ns, rang.release)
    timer.start()
    timer.watch_at(60_000_000)
    timer.wake_at(20_000_000)
    for wish_ns in (20_000_000, 60_000_000):
        now_ns = wish_ns
        assert rang.acquire(timeout=PATIENCE_S)
        assert not rang.acquire(timeout=0.05)
    timer.retire()
    timer.join(PATIENCE_S)
    assert not timer.is_alive()
