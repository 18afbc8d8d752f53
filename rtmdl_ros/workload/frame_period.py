# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How often frames come, beside how often they are planned for."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from rtmdl_ros.workload.units import NS_PER_MS

#: By so much frames may come more or less often than planned: 24 a second in place of 30, too.
_TOLERANCE = 0.25
#: So many gaps between frames must be known.
_LEAST_GAPS = 10


def period_ms_of(
    arrivals_ns: Sequence[int], *, least_span_ns: float, longest_gap_ns: int
) -> float | None:
    """Return the mean time between frames in ms, from their arrivals in rising order.

    None where they span too little time. A camera that was away for a while, more than
    `longest_gap_ns`, has not become slower by that.
    """
    gaps_ns = [after - before for before, after in pairwise(arrivals_ns)]
    usual_ns = [gap_ns for gap_ns in gaps_ns if gap_ns <= longest_gap_ns]
    if len(usual_ns) < _LEAST_GAPS or sum(gaps_ns) < least_span_ns:
        return None
    return fmean(usual_ns) / NS_PER_MS


def remark_on_period(task: str, planned_ms: float, period_ms: float) -> str:
    """Tell that a task is planned with another time in ms between frames; '' for about the same."""
    if abs(planned_ms / period_ms - 1.0) <= _TOLERANCE:
        return ''
    return (
        f'frames come every {period_ms:.1f} ms, {task}.period_ms is {planned_ms:g}: plans and '
        'admission go by the latter; set it to the former'
    )
