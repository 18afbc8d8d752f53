# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A quick bound on when the more urgent work is done: too pessimistic to refuse a stage by."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import Key, KeyFunction

#: key, when it is ready, deadline, what is left of it: of a more urgent job.
_Claim = tuple[Key, int, int, int]


def meets_all(
    candidate: LiveJob, tasks: Collection[LiveTask], key: KeyFunction, now_ns: int, free_ns: int
) -> bool:
    """Tell whether all more urgent jobs are on time though the executors are busy until `free_ns`.

    They are taken one after the other, the most urgent first, as if there were one executor of
    all kinds: any forecast that places each stage behind those of more urgent jobs, where it
    fits, ends no later. That holds for stages placed beside running ones too, which slow them
    down until `free_ns` at most. Jobs that are expected when all that is done find the executors
    as if nothing had been. False: it is not known.
    """
    claims: list[_Claim] = []
    next_ns = NEVER
    for live in tasks:
        # Its own task's next job is less urgent. One that is due later than others comes no sooner.
        if live is not candidate.owner and live.next_release_ns < next_ns:
            next_ns = min(next_ns, live.expected_ns(now_ns))
        for job in live.started:
            if job.key < candidate.key:
                # The stage that it runs is over at free_ns.
                left_ns = job.chain.worst_ns[job.stage + (job.executor is not None)]
                claims.append((job.key, free_ns, job.deadline_ns, left_ns))
        fresh = live.fresh
        if fresh is not None and fresh.key < candidate.key:
            claims.append((fresh.key, free_ns, fresh.deadline_ns, fresh.chain.worst_ns[0]))
    done_ns = _done(claims, free_ns) if claims else free_ns
    since_ns = 0
    if next_ns >= done_ns:
        return done_ns < NEVER
    coming = [(live, live.expected_ns(now_ns)) for live in tasks if live is not candidate.owner]
    while next_ns < done_ns < NEVER:
        soon = [each for each in coming if since_ns <= each[1] < done_ns]
        claims += _expected(candidate, soon, key)
        since_ns, done_ns = done_ns, _done(claims, free_ns)
        next_ns = min((time_ns for _, time_ns in coming if time_ns >= since_ns), default=NEVER)
    return done_ns < NEVER


def _expected(
    candidate: LiveJob, coming: Iterable[tuple[LiveTask, int]], key: KeyFunction
) -> Iterable[_Claim]:
    """Yield the more urgent ones of jobs that come, each task with when it has one."""
    for live, release_ns in coming:
        its_key, deadline_ns = live.expected(key, release_ns)
        if its_key < candidate.key:
            yield its_key, release_ns, deadline_ns, live.foreseen.worst_ns[0]


def _done(claims: list[_Claim], free_ns: int) -> int:
    """Return when the last of them is done; NEVER where one would be late."""
    claims.sort()
    for _, ready_ns, deadline_ns, left_ns in claims:
        if ready_ns > free_ns:
            free_ns = ready_ns
        free_ns += left_ns
        if free_ns > deadline_ns:
            return NEVER
    return free_ns
