# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Medians of repeated runs and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SAMPLES = 10_000
_SHARES = (0.025, 0.975)
#: The samples are the same every time.
_SEED = 0


@dataclass(frozen=True)
class Interval:
    """A median and the interval in which it is with a probability of 95 %."""

    median: float
    #: None for a single run, of which nobody knows how sure it is.
    low: float | None
    high: float | None


def median_interval(values: Sequence[float]) -> Interval:
    """Return the median of some values and its percentile bootstrap interval.

    B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1979.
    Raises ValueError for no values.
    """
    if not values:
        raise ValueError('no values: a median needs at least one')
    data = np.asarray(values, float)
    if len(data) == 1:
        return Interval(float(data[0]), None, None)
    picks = np.random.default_rng(_SEED).integers(len(data), size=(_SAMPLES, len(data)))
    medians = np.median(data[picks], axis=1)
    # Of ranks that were drawn, not of values between them.
    low, high = np.quantile(medians, _SHARES, method='nearest')
    return Interval(float(np.median(data)), float(low), float(high))
