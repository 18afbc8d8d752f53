# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Process settings."""

import gc
import sys

import pytest

from rtmdl_ros.runtime.real_time import freeze_garbage, shorten_switch_interval


@pytest.fixture(autouse=True)
def restored():
    """Leave the process as it was."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()


def test_the_switch_interval_only_gets_shorter():
    sys.setswitchinterval(0.005)
    assert shorten_switch_interval(0.001) == pytest.approx(0.005)
    assert sys.getswitchinterval() == pytest.approx(0.001)
    shorten_switch_interval(0.002)
    assert sys.getswitchinterval() == pytest.approx(0.001)


def test_frozen_objects_are_out_of_the_collector():
    gc.unfreeze()
    freeze_garbage()
    assert gc.get_freeze_count() > 1000
