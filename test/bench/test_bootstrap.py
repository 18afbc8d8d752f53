# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Medians and their intervals, by exact numbers."""

import pytest

from rtmdl_ros.bench.bootstrap import Interval, median_interval


def test_the_interval_is_that_of_the_binomial_distribution():
    # The median of nine draws is at most the k-th of nine values with a probability of 0.001,
    # 0.030, ... 0.970, 0.999 for k = 1, 2, ... 7, 8: shares 0.025 and 0.975 are at 2 and 8.
    assert median_interval([9, 1, 8, 2, 7, 3, 6, 4, 5]) == Interval(5.0, 2.0, 8.0)


def test_few_rounds_give_their_extremes():
    assert median_interval([0.3, 0.1, 0.2]) == Interval(0.2, 0.1, 0.3)
    assert median_interval([0.5, 0.5]) == Interval(0.5, 0.5, 0.5)


def test_nobody_knows_how_sure_a_single_run_is():
    assert median_interval([0.4]) == Interval(0.4, None, None)
    with pytest.raises(ValueError, match='at least one'):
        median_interval([])
