# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Medians and their intervals, by exact numbers."""

from itertools import product

import pytest

from rtmdl_ros.bench.intervals import LEAST_ROUNDS, Interval, median_interval


@pytest.mark.parametrize(('count', 'rank'), [(6, 1), (8, 1), (9, 2), (11, 2), (12, 3), (15, 4)])
def test_the_ranks_are_those_of_the_sign_test(count, rank):
    # As in the tables of the sign test at 5 %, two-sided.
    found = median_interval([float(value) for value in reversed(range(count))])
    assert found == Interval((count - 1) / 2, rank - 1.0, float(count - rank))


@pytest.mark.parametrize('count', [LEAST_ROUNDS, 9, 11])
def test_the_median_of_all_is_within_in_95_of_100_cases(count):
    # Every way in which values can be below (-1) or above (1) it, all as likely as each other.
    ways = list(product((-1.0, 1.0), repeat=count))
    intervals = [median_interval(values) for values in ways]
    share = sum(each.low < 0.0 < each.high for each in intervals) / len(ways)
    assert 0.95 <= share < 1.0


def test_few_rounds_give_their_extremes():
    assert median_interval([0.3, 0.1, 0.2]) == Interval(0.2, 0.1, 0.3)
    assert median_interval([0.5, 0.5]) == Interval(0.5, 0.5, 0.5)
    assert median_interval([5.0, 1.0, 2.0, 4.0, 3.0]) == Interval(3.0, 1.0, 5.0)


def test_nobody_knows_how_sure_a_single_run_is():
    assert median_interval([0.4]) == Interval(0.4, None, None)
    with pytest.raises(ValueError, match='at least one'):
        median_interval([])
