# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much slower stages are than the profile says, and times that follow (docs/scheduling.md, 7).

A machine that gets hot, or that other programs use, is slow at everything; a profile may be wrong
about one stage. So the times of all stages follow the slowness of their resource, which is that of
most of its stages; those of a stage that has run follow besides how far it is from that. Both are
quantiles of few jobs: they follow within a second and do not follow a single long wait.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace
from statistics import median, median_low

from rtmdl_ros.scheduling.chains import Chain, chain_of
from rtmdl_ros.scheduling.jobs import LiveJob
from rtmdl_ros.scheduling.sharing import Sharing
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Resource, Stage
from rtmdl_ros.workload.slow_downs import SlowDowns

#: Runs on a resource that tell its slowness, how old they may be, how many are enough.
_RECENT, _RECENT_NS, _ENOUGH = 21, 2_000_000_000, 5
#: Of the runs of a stage, above the median: where threads share cores, times spread more than
#: those of the profile.
_SHARE = 0.75
#: Runs of a stage whose median tells how far it is from that: so many more that the few for which
#: that lags behind do not count. What was learned stays, as a slow variant is not run again.
_OWN = 15
#: Smaller changes of a chain are not followed: every one has levels and forecasts made anew. Short
#: stages on a busy CPU take now twice as long, now half, which changes no chain by much.
_TOLERANCE = 0.05
#: Between two looks at all stages.
PERIOD_NS = 100_000_000
_LEAST, _MOST = 0.25, 20.0
#: So long that no stage on a lane ever ends by itself.
_ENDLESS_NS = 1 << 60


class Slowness:
    """Takes notice of the stages that end. Stages without a typical time are not followed."""

    def __init__(self, slow_downs: SlowDowns, lanes: int) -> None:
        """Take `slow_downs`, which tell how much of a time on a lane is due to those beside it."""
        self._sharing = Sharing(slow_downs) if lanes > 1 else None
        #: (when, task and stage, measured / typical time) of the last runs.
        self._recent: dict[Resource, deque[tuple[int, tuple[str, str], float]]] = {
            resource: deque(maxlen=_RECENT) for resource in Resource
        }
        #: Of each task and variant that ran, by stage: measured / typical time / slowness.
        self._own: dict[tuple[str, str], dict[str, deque[float]]] = defaultdict(
            lambda: defaultdict(lambda: deque(maxlen=_OWN))
        )
        #: What `of` returned at the last `renew`: it takes too long to be asked for every stage.
        self._slowness = dict.fromkeys(Resource, 1.0)

    def started(self, job: LiveJob, now_ns: int) -> None:
        """A job's stage starts."""
        if self._sharing is not None and job.current.resource is Resource.ACCELERATOR:
            assert job.executor is not None
            self._sharing.start(job.executor, job.current.segment, _ENDLESS_NS, now_ns)

    def ended(self, job: LiveJob, now_ns: int, took_ns: int | None) -> None:
        """A job's stage is over; it took so long, None if it was not done."""
        resource = job.current.resource
        alone = self._alone(job, now_ns) if resource is Resource.ACCELERATOR else 1.0
        typical_ns = _planned_typical_ns(job)
        if took_ns is None or typical_ns == 0:
            return
        ratio = took_ns * alone / typical_ns
        if ratio == 0.0:  # simulated, or too short beside another lane to be told
            return
        task, stage = job.task.name, job.current.name
        self._own[task, job.chain.name][stage].append(ratio / self._slowness[resource])
        self._recent[resource].append((now_ns, (task, stage), ratio))

    def forget(self, task: str) -> None:
        """Drop what was learned of a task: another one may have its name one day."""
        for own in [key for key in self._own if key[0] == task]:
            del self._own[own]

    def _alone(self, job: LiveJob, now_ns: int) -> float:
        """Return which part of its time on the lane the stage would have taken alone."""
        if self._sharing is None:
            return 1.0
        assert job.executor is not None
        done_ns = _ENDLESS_NS - self._sharing.left(now_ns)[job.executor]
        self._sharing.stop(job.executor, now_ns)
        passed_ns = now_ns - job.since_ns
        return min(1.0, done_ns / passed_ns) if passed_ns else 1.0

    def of(self, resource: Resource, now_ns: int) -> float:
        """Return the ratio of recent to profiled times of a resource; 1 where few stages ran."""
        since_ns = now_ns - _RECENT_NS
        recent = [run for run in self._recent[resource] if run[0] >= since_ns]
        if len(recent) < _ENOUGH:
            return 1.0
        by_stage: dict[tuple[str, str], list[float]] = defaultdict(list)
        for _, stage, ratio in recent:
            by_stage[stage].append(ratio)
        # One stage that takes longer than its profile, as in busy scenes, slows down nobody else.
        return median_low(quantile(sorted(ratios), _SHARE) for ratios in by_stage.values())

    def renew(self, now_ns: int) -> None:
        """Find out the slowness of now, which `chains` goes by."""
        self._slowness = {resource: _bounded(self.of(resource, now_ns)) for resource in Resource}

    def chains(
        self, task: str, planned: Sequence[Chain], current: Sequence[Chain]
    ) -> tuple[Chain, ...] | None:
        """Return a task's chains with the times of now; None if the current ones are right.

        `planned` are those with the times of the profile.
        """
        pairs = zip(planned, current, strict=True)
        chains = tuple(self._chain(task, chain, now) for chain, now in pairs)
        return None if all(a is b for a, b in zip(chains, current, strict=True)) else chains

    def _chain(self, task: str, planned: Chain, current: Chain) -> Chain:
        factors = self._factors(task, planned)
        if _near(planned, current, factors):
            return current
        stages = map(_scaled, planned.stages, factors)
        return chain_of(planned.name, tuple(stages), planned.accuracy)

    def _factors(self, task: str, planned: Chain) -> list[float]:
        learned = self._own.get((task, planned.name), {})
        factors = []
        for stage in planned.stages:
            factor, own = self._slowness[stage.resource], learned.get(stage.name, ())
            factors.append(_bounded(factor * median(own)) if len(own) == _OWN else factor)
        return factors


def counted_since_ns(job: LiveJob, start_ns: int | None) -> int:
    """Return from when on the time of a job's stage counts that began at an instant, if told.

    A lane is taken from the decision on, and its thread waits for a core as the next one will.
    Stages on the CPU are so short that most of that would be waiting.
    """
    if start_ns is None or job.current.resource is Resource.ACCELERATOR:
        return job.since_ns
    return start_ns


def _planned_typical_ns(job: LiveJob) -> int:
    """Return the typical time of a job's stage by the profile; 0: there is none."""
    if job.task is job.owner.task and job.owner.removed is None:
        for chain in job.owner.planned:
            if chain.name == job.chain.name:
                return chain.stages[job.stage].typical_ns
    return 0  # the task has changed since, or is gone


def _bounded(factor: float) -> float:
    return min(_MOST, max(_LEAST, factor))


def _near(planned: Chain, current: Chain, factors: Sequence[float]) -> bool:
    """Tell whether a chain takes about what it would with other factors, all stages together."""
    now_ns, off_ns = 0, 0.0
    for stage, as_now, factor in zip(planned.stages, current.stages, factors, strict=True):
        now_ns += as_now.typical_ns
        off_ns += abs(factor * stage.typical_ns - as_now.typical_ns)
    return off_ns <= _TOLERANCE * now_ns


def _scaled(stage: Stage, factor: float) -> Stage:
    if stage.typical_ns == 0:
        return stage
    # On a slow machine a stage may still be as quick as ever: no job is discarded for that.
    return replace(
        stage,
        optimistic_ns=round(stage.optimistic_ns * min(1.0, factor)),
        worst_ns=round(stage.worst_ns * factor),
        typical_ns=max(1, round(stage.typical_ns * factor)),
    )
