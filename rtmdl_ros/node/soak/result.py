# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a soak found, and whether that is good enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import linear_regression

#: Least time after the warm-up over which a slope says anything, s.
LEAST_SLOPE_S = 480.0


@dataclass(frozen=True)
class Limits:
    """What is promised."""

    #: Longest time between two messages on /diagnostics, beside what the soak itself was stalled.
    heartbeat_s: float = 2.0
    #: From the end of a fault until all tasks answer frames published after it.
    recovery_s: float = 5.0
    #: From SIGINT to the end of the process.
    exit_s: float = 2.0
    slope_mb_per_10_min: float = 1.0
    #: Share of jobs of which neither answer nor miss was heard: a reliable publisher keeps 5
    #: answers for a listener that gets no processor, and then overwrites the oldest.
    unheard: float = 0.001


@dataclass(frozen=True)
class FaultRecord:
    """One fault: times in s since the first frame."""

    name: str
    detail: str
    begin_s: float
    end_s: float
    #: Until all tasks answered again; None where they did not in time.
    recovered_s: float | None


@dataclass(frozen=True)
class SoakResult:
    """Figures of a run; times in s since the first frame."""

    seed: int
    duration_s: float
    warm_up_s: float
    limits: Limits
    faults: Sequence[FaultRecord]
    #: Sums over all tasks and activations.
    jobs: Mapping[str, int]
    statuses: int
    unheard: int
    longest_silence_s: float
    #: The longest that a sleeping thread of the soak overslept: how busy the machine was.
    stalled_s: float
    exit_s: float
    exit_status: int | None
    #: (time, resident MB of 2**20 bytes) and (time, miss ratio in the node's window).
    memory_mb: Sequence[tuple[float, float]]
    miss_ratios: Sequence[tuple[float, float]]
    #: How the node ended before its time; '': it did not.
    died: str = ''
    #: Counters that do not add up.
    books: Sequence[str] = ()
    #: What the node did not do as its faults let expect.
    conduct: Sequence[str] = field(default_factory=tuple)
    #: Services that answered a second participant only.
    repeated: Sequence[str] = ()

    @property
    def slope(self) -> tuple[float, float]:
        """Growth in MB in 10 minutes and MB at 0 s, by least squares after the warm-up."""
        counted = [(s, mb) for s, mb in self.memory_mb if s >= self.warm_up_s]
        if len(counted) < 2:
            return 0.0, 0.0
        seconds, sizes = zip(*counted, strict=True)
        mb_per_s, start_mb = linear_regression(seconds, sizes)
        return 600.0 * mb_per_s, start_mb

    @property
    def slope_counts(self) -> bool:
        """Whether the run was long enough for the slope to say anything."""
        return self.duration_s - self.warm_up_s >= LEAST_SLOPE_S


@dataclass(frozen=True)
class Check:
    """One thing that must hold; `passed` is None where the run was too short to tell."""

    name: str
    found: str
    wanted: str
    passed: bool | None


def checks(result: SoakResult) -> Iterator[Check]:
    """Yield all checks."""
    limits, released = result.limits, result.jobs.get('released', 0)
    yield Check('node alive', result.died or 'all along', 'all along', not result.died)
    yield Check(
        'counters add up', _first(result.books) or f'in {result.statuses} messages',
        'in every message, with all that was heard', not result.books,
    )  # fmt: skip
    share = result.unheard / max(1, released)
    yield Check(
        'jobs not heard of', f'{result.unheard} of {released}',
        f'at most {100 * limits.unheard:g} %', released > 0 and share <= limits.unheard,
    )  # fmt: skip
    allowed_s = limits.heartbeat_s + result.stalled_s
    yield Check(
        'longest time between diagnostics', f'{result.longest_silence_s:.2f} s',
        f'at most {limits.heartbeat_s:g} s, and {result.stalled_s:.2f} s that the soak stalled',
        result.longest_silence_s <= allowed_s,
    )  # fmt: skip
    lost = [each.name for each in result.faults if each.recovered_s is None]
    longest_s = max((each.recovered_s or 0.0 for each in result.faults), default=0.0)
    yield Check(
        'recovery', f'not after: {", ".join(lost)}' if lost else f'within {longest_s:.2f} s',
        f'within {limits.recovery_s:g} s after each of {len(result.faults)} faults', not lost,
    )  # fmt: skip
    conduct = _first(result.conduct) or f'as expected, {len(result.repeated)} calls repeated'
    yield Check('services and parameters', conduct, 'as expected', not result.conduct)
    rise = result.slope[0]
    yield Check(
        'growth of memory after the warm-up', f'{rise:+.2f} MB in 10 min',
        f'at most {limits.slope_mb_per_10_min:g} MB in 10 min',
        rise <= limits.slope_mb_per_10_min if result.slope_counts else None,
    )  # fmt: skip
    status = result.exit_status
    yield Check(
        'exit on SIGINT', f'{result.exit_s:.2f} s, status {status}',
        f'within {limits.exit_s:g} s, status 0', result.exit_s <= limits.exit_s and status == 0,
    )  # fmt: skip


def longest_gap(times: Sequence[float], begin_s: float, end_s: float) -> float:
    """Return the longest time without any of `times` between begin and end."""
    inside = [begin_s, *(time for time in times if begin_s < time < end_s), end_s]
    return max(second - first for first, second in pairwise(inside))


def _first(problems: Sequence[str]) -> str:
    more = f' (and {len(problems) - 1} more)' if len(problems) > 1 else ''
    return f'{problems[0]}{more}' if problems else ''
