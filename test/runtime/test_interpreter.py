# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The switch interval and the collector of garbage."""

import gc
import sys

import pytest

from rtmdl_ros.runtime.interpreter import (
    SWITCH_INTERVAL_S,
    freeze_garbage,
    restore_switch_interval,
    shorten_switch_interval,
)


@pytest.fixture(autouse=True)
def restored():
    """Leave the process as it was."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()


def test_the_switch_interval_only_gets_shorter():
    sys.setswitchinterval(1e-5)
    shorten_switch_interval()
    assert sys.getswitchinterval() == pytest.approx(1e-5)
    restore_switch_interval()
    assert sys.getswitchinterval() == pytest.approx(1e-5)


def test_the_switch_interval_is_that_of_before_with_the_last_one_who_shortened_it():
    sys.setswitchinterval(0.005)
    shorten_switch_interval()
    shorten_switch_interval()
    restore_switch_interval()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_S, rel=0.02)
    restore_switch_interval()
    assert sys.getswitchinterval() == pytest.approx(0.005)


def test_frozen_objects_are_out_of_the_collector():
    gc.unfreeze()
    freeze_garbage()
    assert gc.get_freeze_count() > 1000
