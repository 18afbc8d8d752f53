# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A process that computes beside a run, and never longer than that."""

import multiprocessing
import threading
import time

import pytest

from rtmdl_ros.bench.hog import hog_at


@pytest.fixture
def raised(monkeypatch):
    """Return what threads raise."""
    errors = []
    monkeypatch.setattr(threading, 'excepthook', lambda args: errors.append(args.exc_value))
    yield errors
    assert errors == []


def test_it_computes_until_the_run_is_over(raised):
    with hog_at(0.0, 60.0):
        end_s = time.monotonic() + 30
        while not multiprocessing.active_children():
            assert time.monotonic() < end_s
            time.sleep(0.01)
    assert multiprocessing.active_children() == []


def test_it_may_be_over_before_it_has_started(raised):
    with hog_at(0.0, 0.0):
        time.sleep(0.2)
    assert multiprocessing.active_children() == []


def test_a_run_that_is_over_before_starts_none(raised, monkeypatch):
    monkeypatch.setattr(multiprocessing.process.BaseProcess, 'start', None)
    with hog_at(60.0, 1.0):
        pass
