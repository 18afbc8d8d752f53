# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How often frames come. Needs no ROS 2."""

import pytest

from rtmdl_ros.node.frame_period import period_ms_of, task_with_other_period

MS = 1_000_000


def period(times_ms, least_span_ms=100):
    arrivals_ns = [ms * MS for ms in times_ms]
    return period_ms_of(
        arrivals_ns, least_span_ns=least_span_ms * MS, longest_gap_ns=200 * MS
    )


def test_the_mean_gap_but_for_times_without_a_camera():
    assert period(range(0, 400, 33)) == 33.0
    assert period([*range(0, 300, 20), *range(2000, 2100, 20)]) == 20.0
    in_pairs = sorted([*range(0, 200, 20), *range(1, 200, 20)])
    assert period(in_pairs) == pytest.approx(181 / 19)


@pytest.mark.parametrize('times_ms', [(), (5,), range(0, 1000, 100), range(0, 90, 1)])
def test_of_few_frames_or_a_short_time_nothing_is_said(times_ms):
    assert period(times_ms) is None


def test_the_first_task_that_is_off_by_more_than_a_fifth():
    assert task_with_other_period({'a': 33.3, 'b': 39.9, 'c': 27.0}, 33.3) is None
    assert task_with_other_period({'a': 33.3, 'b': 41.0, 'c': 26.0}, 33.3) == 'b'
    assert task_with_other_period({'c': 26.0}, 33.3) == 'c'
    assert task_with_other_period({}, 33.3) is None
