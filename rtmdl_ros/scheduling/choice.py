# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variant a job is done with (docs/scheduling.md, 7)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from rtmdl_ros.scheduling.chains import Chain
from rtmdl_ros.scheduling.forecast import Forecast, Part, Remainder
from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.levels import Load, Option, affordable
from rtmdl_ros.scheduling.outlook import Choice, Outlook
from rtmdl_ros.scheduling.policies import KeyFunction
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.slow_downs import SlowDowns

#: Of each resource, what all tasks together may take before they give way: waiting times grow
#: without bound as it comes near 1.
FULL = 0.75
#: Of a task so many expected jobs count at most: a job with a distant deadline is not foreseen to
#: its end, as that would take longer than the job.
_FORESEEN_JOBS = 32


class Chooser:
    """Takes for each job the variant of which most is to be expected (`Outlook.best`).

    Not above what all tasks can afford together (`levels`), unless all others are on time even so.
    If it would be late with each, the quickest.
    """

    def __init__(self, key: KeyFunction, executors: Mapping[Resource, int], slow: SlowDowns):
        """`executors` counts the executors of each kind."""
        self._key = key
        self._executors = executors
        #: Mean slow-down of lanes that are at work together.
        self._shared = slow.mean(executors[Resource.ACCELERATOR])
        self._factors = {Resource.CPU: 1.0, Resource.ACCELERATOR: self._shared}
        #: The tasks, by name, period and chains, for which those that they can afford were found.
        self._found_for: list[tuple[str, int, tuple[Chain, ...]]] = []

    def choose(
        self, job: LiveJob, chains: Sequence[Chain], tasks: Collection[LiveTask], now_ns: int
    ) -> Choice:
        """Return by which of its choices a job goes on that starts a stage now."""
        if len(chains) == 1:
            return Choice(chains[0], None)
        tasks = [live for live in tasks if live.is_active(now_ns)]
        begun = self._begun(tasks, now_ns)
        level = self._level(job, chains, tasks)
        better = self._better(chains[level + 1 :], begun, job, tasks, now_ns)
        if better is not None:
            return Outlook(begun, job, now_ns).choice_of(better)
        remainders = self._remainders(job, tasks, now_ns, job.deadline_ns, _typical)
        begun.place_all(each for each in remainders if each.key < job.key)
        return Outlook(begun, job, now_ns).best(chains[: level + 1])

    def forget(self) -> None:
        """Find out anew what tasks can afford: they are others than before."""
        self._found_for = []

    def _level(
        self, job: LiveJob, chains: Sequence[Chain], tasks: Collection[LiveTask]
    ) -> int:
        """Return up to which of the chains a job need not ask whether all others are on time."""
        foreseen = job.chain
        if job.stage == 0:
            self._foresee(tasks)
            foreseen = job.owner.foreseen
            if job.chains is not job.owner.chains:  # the task has changed since its release
                return next(n for n, chain in enumerate(chains) if chain.name == job.task.base)
        return next(n for n, chain in enumerate(chains) if chain.name == foreseen.name)

    def _careful(self, chain: Chain) -> list[Part]:
        """Return the worst times of a chain's stages, beside others."""
        return [
            (stage.resource, round(stage.worst_ns * self._factors[stage.resource]))
            for stage in chain.stages
        ]

    def _foresee(self, tasks: Collection[LiveTask]) -> None:
        """Find the best variant that each task can afford, where anything has changed.

        What the plan takes by the times of the profile can be afforded: it was made with more
        care than this.
        """
        now = [(each.task.name, each.period_ns, each.chains) for each in tasks]
        if now == self._found_for:
            return
        self._found_for = now
        planned = [_option(each.planned_base, each.task.period_ns) for each in tasks]
        cpu = self._executors[Resource.CPU] * FULL
        lanes = self._executors[Resource.ACCELERATOR] / self._shared * FULL
        found = affordable(
            [_load(each) for each in tasks],
            max(cpu, sum(option.cpu for option in planned)),
            max(lanes, sum(option.lanes for option in planned)),
        )
        for live, level in zip(tasks, found, strict=True):
            live.foreseen = live.chains[level]

    def _begun(self, tasks: Collection[LiveTask], now_ns: int) -> Forecast:
        """Return a forecast with the stages that run now."""
        forecast = Forecast(self._executors, self._shared)
        used = dict.fromkeys(self._executors, 0)
        for live in tasks:
            for job in live.started:
                if job.executor is not None:
                    resource, length_ns = job.chain.parts[job.stage]
                    end_ns = max(now_ns, job.since_ns + length_ns)
                    forecast.occupy(resource, used[resource], now_ns, end_ns)
                    used[resource] += 1
        return forecast

    def _remainders(
        self,
        job: LiveJob,
        tasks: Collection[LiveTask],
        now_ns: int,
        until_ns: int,
        parts_of: Callable[[Chain], Sequence[Part]],
    ) -> Iterator[Remainder]:
        """Yield what is left of all other jobs, and those of other tasks that come by then.

        Of each task one job at least that is to come.
        """
        for live in tasks:
            for other in live.live():
                if other is job:
                    continue
                chain, stage, ready_ns = other.chain, other.stage, now_ns
                if other.executor is not None:
                    ready_ns = max(now_ns, other.since_ns + chain.parts[stage][1])
                    stage += 1
                parts = tuple(parts_of(chain)[stage:])
                yield Remainder(other.key, ready_ns, other.deadline_ns, parts)
            if live is not job.owner:
                parts = tuple(parts_of(live.foreseen))
                yield from self._expected(live, parts, now_ns, until_ns)

    def _expected(
        self, live: LiveTask, parts: tuple[Part, ...], now_ns: int, until_ns: int
    ) -> Iterator[Remainder]:
        """Yield the jobs of a task that come before an instant, one at least.

        Of a task whose camera died none come.
        """
        release_ns = live.expected_ns(now_ns)
        if release_ns == NEVER:
            return
        until_ns = max(until_ns, release_ns + 1)
        for _ in range(_FORESEEN_JOBS):
            if release_ns >= until_ns:
                return
            key, deadline_ns = live.expected(self._key, release_ns)
            yield Remainder(key, release_ns, deadline_ns, parts)
            release_ns += live.period_ns

    def _better(
        self,
        chains: Sequence[Chain],
        begun: Forecast,
        job: LiveJob,
        tasks: Collection[LiveTask],
        now_ns: int,
    ) -> Chain | None:
        """Return the most accurate of chains with which all are on time; they rise in time.

        The job goes before all others there, as one that has begun holds up even more urgent
        ones, and is to be done before its task's next one comes. How much lanes slow each other
        down is in the careful times, and once more in the forecast of lanes that are at work
        together: that is a margin, without which 0.5 points of on-time accuracy were lost beside a
        busy process, measured twice (workload `contended`).
        """
        best = None
        for chain in chains:
            forecast = begun.copy()
            done_ns = forecast.place(now_ns, self._careful(chain)[job.stage :])
            if done_ns > min(job.deadline_ns, job.owner.next_release_ns):
                break
            remainders = self._remainders(job, tasks, now_ns, done_ns, self._careful)
            if not forecast.place_all(remainders):
                break
            best = chain
        return best


def _typical(chain: Chain) -> Sequence[Part]:
    return chain.parts


def _load(live: LiveTask) -> Load:
    options = [_option(chain, live.period_ns) for chain in live.chains]
    return Load(options, live.chains.index(live.base), live.task.weight)


def _option(chain: Chain, period_ns: int) -> Option:
    cpu_ns, lane_ns = (chain.typical_ns(kind) for kind in (Resource.CPU, Resource.ACCELERATOR))
    return Option(chain.accuracy, cpu_ns / period_ns, lane_ns / period_ns)
