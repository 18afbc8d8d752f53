# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A quick bound on when the more urgent work is done: too pessimistic to refuse a stage by."""

from __future__ import annotations

from collections.abc import Iterable

from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import Key, KeyFunction

#: key, when it is ready, deadline, what is left of it: of a more urgent job.
_Claim = tuple[Key, int, int, int]
#: Above all job ids: a job that has not arrived loses ties.
NOT_RELEASED = 1 << 62


def meets_all(
    candidate: LiveJob, tasks: Iterable[LiveTask], key: KeyFunction, now_ns: int, free_ns: int
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
        if live is candidate.owner:
            continue
        if live.next_release_ns < next_ns and live.expects_job(now_ns):
            next_ns = live.next_release_ns
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
    coming = [t for t in tasks if t is not candidate.owner and t.expects_job(now_ns)]
    while next_ns < done_ns < NEVER:
        claims += _expected(candidate, coming, key, since_ns, done_ns)
        since_ns, done_ns = done_ns, _done(claims, free_ns)
        later = [live.next_release_ns for live in coming if live.next_release_ns >= since_ns]
        next_ns = min(later, default=NEVER)
    return done_ns < NEVER


def _expected(
    candidate: LiveJob, tasks: Iterable[LiveTask], key: KeyFunction, since_ns: int, until_ns: int
) -> Iterable[_Claim]:
    """Return the more urgent jobs that are expected from `since_ns` until before `until_ns`."""
    for live in tasks:
        release_ns = live.next_release_ns
        if since_ns <= release_ns < until_ns:
            deadline_ns = release_ns + live.task.deadline_ns
            its_key = key(live.task, release_ns, deadline_ns, NOT_RELEASED)
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
