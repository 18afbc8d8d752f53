# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""For how long, and with frames at which instants, candidates are simulated."""

from __future__ import annotations

from collections.abc import Sequence

from rtmdl_ros.planning.problem import Problem, Release
from rtmdl_ros.workload.units import NS_PER_S

#: A search simulates so long and so many jobs of the slowest task ...
_LEAST_NS = NS_PER_S
_LEAST_JOBS = 15
#: ... unless that would be more jobs than this of all tasks.
_MOST_JOBS = 1_000
#: How often it does so where phases matter, each for a part of the time; together it is longer.
_PHASES, _PHASE_PART = 8, 0.2
#: Until the base of the phases is exact.
_ITERATIONS = 64


def horizon_ns(problem: Problem) -> int:
    """Return for how long a search simulates a candidate, in nanoseconds of virtual time."""
    return time_of_jobs(problem, _LEAST_JOBS, most=_MOST_JOBS, least_ns=_LEAST_NS)


def time_of_jobs(problem: Problem, slowest: int, *, most: int, least_ns: int = 0) -> int:
    """Return the time in ns of so many jobs of the slowest task, and at most so many of all."""
    periods = [task.period_ns for task in problem.tasks]
    rate = sum(1.0 / period for period in periods)
    return round(min(max(least_ns, slowest * max(periods)), most / rate))


def search_ns(problem: Problem) -> int:
    """Return for how long a search simulates with each seed."""
    part = _PHASE_PART if len(search_seeds(problem)) > 1 else 1.0
    return round(part * horizon_ns(problem))


def search_seeds(problem: Problem) -> tuple[int, ...]:
    """Return the seeds of a search: several where tasks are released at instants of their own.

    What is possible depends on how these lie to each other, and they drift.
    """
    several = len(set(problem.releases)) > 1
    return tuple(range(problem.seed, problem.seed + (_PHASES if several else 1)))


def phases(releases: Sequence[Release], seed: int, within_ns: int) -> dict[Release, int]:
    """Return when the first frame of each camera and period comes, in nanoseconds.

    Before `within_ns`, so that a simulation of that length has one of each, seldom as it may be.
    That of `releases[0]` is at 0; those of the others lie within their periods so that successive
    seeds leave no large gap in the space of all, as random ones would: shares `seed * a**k mod 1`
    with 1/a the solution of x**(d+1) = x + 1 (M. Roberts, "The unreasonable effectiveness of
    quasirandom sequences", 2018).
    """
    different = list(dict.fromkeys(releases))
    base = 2.0
    for _ in range(_ITERATIONS):
        base = (1.0 + base) ** (1.0 / len(different))
    return {
        release: int((seed + 0.5) * base**-place % 1.0 * min(release[1], within_ns))
        if place
        else 0
        for place, release in enumerate(different)
    }
