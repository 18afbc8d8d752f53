# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Quantiles of samples."""

from collections.abc import Sequence
from math import ceil
from typing import TypeVar

Number = TypeVar('Number', int, float)


def quantile(ordered: Sequence[Number], share: float) -> Number:
    """Nearest-rank quantile of sorted samples, `share` in (0, 1]."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
