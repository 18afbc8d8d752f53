# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How far jobs were from their forecasts."""

from hypothesis import given
from hypothesis import strategies as st

from rtmdl_ros.scheduling.delays import Delays


def delays_of(*ratios):
    delays = Delays()
    for ratio in ratios:
        delays.add(ratio)
    return delays


def test_forecasts_are_trusted_at_first():
    assert [Delays().share_within(ratio) for ratio in (0.99, 1.0, 2.0)] == [0.0, 1.0, 1.0]


def test_each_late_job_counts_a_hundredth():
    delays = delays_of(1.3, 1.1, 1.3)
    assert [delays.share_within(ratio) for ratio in (1.0, 1.1, 1.2, 1.3)] == [0.97, 0.98, 0.98, 1.0]


@given(st.lists(st.sampled_from([0.5, 1.0, 1.1, 1.5, 3.0]), max_size=250), st.floats(0.0, 4.0))
def test_the_last_hundred_count(ratios, limit):
    last = ([1.0] * 100 + ratios)[-100:]
    assert delays_of(*ratios).share_within(limit) == sum(r <= limit for r in last) / 100
