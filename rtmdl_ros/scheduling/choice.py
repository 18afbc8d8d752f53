# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variant a job is done with (DESIGN.md section 5, rule 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import ceil

from rtmdl_ros.scheduling.backlog import NOT_RELEASED
from rtmdl_ros.scheduling.chains import Chain
from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.levels import Load, Option, affordable
from rtmdl_ros.scheduling.policies import KeyFunction
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.slow_downs import SlowDowns

#: Of each resource, what all tasks together may take before they give way: waiting times grow
#: without bound as it comes near 1.
FULL = 0.9
_ROUNDS = 4


class Choice:
    """Takes for each job the most accurate variant with which it is on time.

    Not above what all tasks can afford together (`levels`), unless nobody else has anything to do
    until it is done. If it would be late with each, the quickest.
    """

    def __init__(self, key: KeyFunction, executors: Mapping[Resource, int], slow: SlowDowns):
        """`executors` counts the executors of each kind."""
        self._key = key
        self._cpus = executors[Resource.CPU]
        self._lanes = executors[Resource.ACCELERATOR]
        factors = slow.factors.values()
        #: Mean slow-down of lanes that are at work together.
        self._shared = sum(factors) / len(factors) if factors and self._lanes > 1 else 1.0
        #: Periods and chains of the tasks for which those that they can afford were found.
        self._found_for: list[tuple[int, tuple[Chain, ...]]] = []

    def chain_for(self, job: LiveJob, tasks: Collection[LiveTask], now_ns: int) -> Chain:
        """Return what a job that starts now runs through."""
        chains = job.chains
        if len(chains) == 1:
            return chains[0]
        self._foresee(tasks)
        foreseen = job.owner.foreseen.name
        if chains is not job.owner.chains:  # the task has changed since the job was released
            foreseen = job.task.base
        level = next(n for n, chain in enumerate(chains) if chain.name == foreseen)
        for chain in reversed(chains[level + 1 :]):
            if self._harmless(chain, job, tasks, now_ns):
                return chain
        for chain in reversed(chains[: level + 1]):
            if self._on_time(chain, job, tasks, now_ns):
                return chain
        return min(chains, key=lambda chain: chain.expected_ns[0])

    def _foresee(self, tasks: Collection[LiveTask]) -> None:
        """Find the best variant that each task can afford, where anything has changed."""
        now = [(each.period_ns, each.chains) for each in tasks]
        if now != self._found_for:
            self._found_for = now
            capacity = self._lanes / self._shared * FULL
            found = affordable([_load(each) for each in tasks], self._cpus * FULL, capacity)
            for live, level in zip(tasks, found, strict=True):
                live.foreseen = live.chains[level]

    def _on_time(
        self, chain: Chain, job: LiveJob, tasks: Collection[LiveTask], now_ns: int
    ) -> bool:
        """Predict whether a job ends by its deadline behind all that is more urgent."""
        cpu_ns = lane_ns = 0
        for live in tasks:
            for other in live.live():
                if other is job:
                    continue
                if other.key < job.key or other.executor is not None:
                    more_cpu_ns, more_lane_ns = _left(other, now_ns, other.key < job.key)
                    cpu_ns += more_cpu_ns
                    lane_ns += more_lane_ns
        own_cpu_ns = chain.expected_ns[0] - chain.lane_ns[0]
        own_lane_ns = chain.lane_ns[0]
        end_ns = now_ns
        for _ in range(_ROUNDS):
            more_cpu_ns, more_lane_ns = self._arrivals(job, tasks, end_ns)
            all_lane_ns = lane_ns + more_lane_ns
            factor = self._shared if all_lane_ns else 1.0
            needed_ns = own_cpu_ns + own_lane_ns * factor
            needed_ns += (cpu_ns + more_cpu_ns) / self._cpus + all_lane_ns * factor / self._lanes
            before_ns, end_ns = end_ns, now_ns + ceil(needed_ns)
            if end_ns > job.deadline_ns:
                return False
            if end_ns <= before_ns:
                break
        return True

    def _arrivals(
        self, job: LiveJob, tasks: Collection[LiveTask], until_ns: int
    ) -> tuple[int, int]:
        """Return CPU and lane time of the more urgent jobs expected before an instant."""
        cpu_ns = lane_ns = 0
        for live in tasks:
            release_ns = live.next_release_ns
            if live is job.owner or not release_ns < until_ns:
                continue
            deadline_ns = release_ns + live.task.deadline_ns
            if self._key(live.task, release_ns, deadline_ns, NOT_RELEASED) < job.key:
                chain = live.foreseen
                count = 1 + (until_ns - release_ns) // live.period_ns
                cpu_ns += count * (chain.expected_ns[0] - chain.lane_ns[0])
                lane_ns += count * chain.lane_ns[0]
        return cpu_ns, lane_ns

    def _harmless(
        self, chain: Chain, job: LiveJob, tasks: Collection[LiveTask], now_ns: int
    ) -> bool:
        """Tell whether all are on time if a job does more than is foreseen.

        All work is taken to be done one after the other, this job's first, and its task's next
        job is not to find it there.
        """
        done_ns = now_ns + chain.expected_ns[0]
        if done_ns > min(job.deadline_ns, job.owner.next_release_ns):
            return False
        claims = []
        for live in tasks:
            for other in live.live():
                if other is not job:
                    claims.append((now_ns, other.deadline_ns, sum(_left(other, now_ns, True))))
            if live is not job.owner and live.next_release_ns < NEVER:
                release_ns = max(live.next_release_ns, now_ns)
                left_ns = live.foreseen.expected_ns[0]
                claims.append((release_ns, release_ns + live.task.deadline_ns, left_ns))
        claims.sort()
        for ready_ns, deadline_ns, left_ns in claims:
            done_ns = max(done_ns, ready_ns) + left_ns
            if done_ns > deadline_ns:
                return False
        return True


def _load(live: LiveTask) -> Load:
    per_ns = 1 / live.period_ns
    options = [
        Option(
            chain.accuracy,
            (chain.expected_ns[0] - chain.lane_ns[0]) * per_ns,
            chain.lane_ns[0] * per_ns,
        )
        for chain in live.chains
    ]
    return Load(options, live.chains.index(live.base), live.task.weight)


def _left(job: LiveJob, now_ns: int, whole: bool) -> tuple[int, int]:
    """Return CPU and lane time that a job still needs, or only its running stage."""
    chain, stage = job.chain, job.stage
    lane_ns = chain.lane_ns[stage]
    cpu_ns = chain.expected_ns[stage] - lane_ns
    if not whole:
        lane_ns -= chain.lane_ns[stage + 1]
        cpu_ns -= chain.expected_ns[stage + 1] - chain.lane_ns[stage + 1]
    if job.executor is not None:
        passed_ns = now_ns - job.since_ns
        current_ns = chain.expected_ns[stage] - chain.expected_ns[stage + 1]
        passed_ns = min(passed_ns, current_ns)
        if job.current.resource is Resource.ACCELERATOR:
            lane_ns -= passed_ns
        else:
            cpu_ns -= passed_ns
    return cpu_ns, lane_ns
