# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Medians of repeated runs and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb
from statistics import median

#: Probability with which an interval holds the median, at least.
_COVERAGE = 0.95
#: Of fewer rounds not even the least and the most of them are that sure.
LEAST_ROUNDS = 6


@dataclass(frozen=True)
class Interval:
    """A median, and the interval in which that of all possible rounds is: see `median_interval`.

    Of rounds that share profile and plan, as those of a contest do: others may differ by more.
    """

    median: float
    #: None for a single run, of which nobody knows how sure it is.
    low: float | None
    high: float | None


def median_interval(values: Sequence[float]) -> Interval:
    """Return the median of some values and its interval, which needs no assumption of their kind.

    It goes from the k-th least to the k-th most of them, with the largest k by which it holds the
    median with a probability of 95 % or more: that of heads and tails coming k times or more each
    when a coin is tossed for each value. Below LEAST_ROUNDS values it is the least and the most of
    them, with a probability of 50 % for two and 94 % for five. Raises ValueError for no values.
    """
    if not values:
        raise ValueError('no values: a median needs at least one')
    if len(values) == 1:
        return Interval(values[0], None, None)
    ordered = sorted(values)
    left_out = _left_out(len(ordered))
    return Interval(median(ordered), ordered[left_out], ordered[-1 - left_out])


def _left_out(count: int) -> int:
    """Return how many of `count` values may be left out at either end."""
    tails = accumulate(comb(count, heads) * 0.5**count for heads in range(count))
    return max(0, sum(tail <= (1 - _COVERAGE) / 2 for tail in tails) - 1)
