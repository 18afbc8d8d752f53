# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What tasks will miss, from simulations in which jobs choose their variants as they run."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from rtmdl_ros.planning.phases import phases, time_of_jobs
from rtmdl_ros.planning.plan import Plan, tasks_of
from rtmdl_ros.planning.problem import Problem, Release
from rtmdl_ros.planning.trial import simulate_on_device
from rtmdl_ros.simulation.records import Episode, SimulatedTask, StageTimes
from rtmdl_ros.workload.records import Task

#: Simulated with so many seeds, each for some jobs of the slowest task: how releases lie to each
#: other matters more than how long they lie so.
_SEEDS = tuple(range(2001, 2025))
_JOBS = 10
#: ... unless that would be more jobs than this of all tasks.
_MOST_JOBS = 300
#: Longer than any simulation.
_ENDLESS_NS = 2**62
#: Standard errors between the mean of the seeds and what it hardly exceeds.
_ERRORS = 2.0


@dataclass(frozen=True)
class Misses:
    """A task's miss ratio in several simulations."""

    mean: float
    #: What it hardly exceeds on average over many more.
    upper: float

    @property
    def lower(self) -> float:
        """What it hardly falls below on average over many more."""
        return 2.0 * self.mean - self.upper


@dataclass(frozen=True)
class Conditions:
    """When frames come in a simulation, and for how long: alike for what is to be compared."""

    #: Whose first frames come when, see `phases`.
    releases: tuple[Release, ...]
    duration_ns: int


def conditions_for(problem: Problem, *others: Problem) -> Conditions:
    """Return as long a time as a problem needs, with frames for the tasks of others, too."""
    releases = (release for each in (problem, *others) for release in each.releases)
    return Conditions(
        tuple(dict.fromkeys(releases)), time_of_jobs(problem, _JOBS, most=_MOST_JOBS)
    )


def miss_ratios(
    problem: Problem, plan: Plan, seeds: Iterable[int], duration_ns: int
) -> dict[str, Misses]:
    """Simulate the tasks with each seed; jobs choose their variants as they run."""
    conditions = Conditions(problem.releases, duration_ns)
    return _summed([_simulated(problem, plan, seed, conditions, 1.0) for seed in seeds])


def foreseen(
    problem: Problem,
    plan: Plan,
    slowness: float,
    most: Mapping[str, float],
    conditions: Conditions | None = None,
) -> dict[str, Misses]:
    """Simulate with several seeds, or until a task is bound to miss more than `most` of it.

    Stages take `slowness` times as long as in the profile. `conditions` are those of another
    problem that this one is compared with.
    """
    conditions = conditions or conditions_for(problem)
    ratios: list[dict[str, float]] = []
    for seed in _SEEDS:
        ratios.append(_simulated(problem, plan, problem.seed + seed, conditions, slowness))
        if any(_least_mean(r[n] for r in ratios) > limit for n, limit in most.items()):
            break
    return _summed(ratios)


def _least_mean(ratios: Iterable[float]) -> float:
    """Return what the mean of all seeds is at the least; to the last bit as `fmean` rounds it."""
    return math.fsum(ratios) / len(_SEEDS)


def simulated_tasks(
    problem: Problem, plan: Plan, seed: int, conditions: Conditions
) -> tuple[SimulatedTask, ...]:
    """Return the tasks as they run by the plan, with the profile's times of all variants."""
    offsets = phases(conditions.releases, seed, conditions.duration_ns)
    simulated = []
    for task, release, as_run in zip(
        problem.tasks, problem.releases, tasks_of(problem, plan), strict=True
    ):
        times = problem.profile.stage_times(task.function)
        simulated.append(
            SimulatedTask(
                as_run,
                times[plan.tasks[task.name].variant],
                offsets[release],
                variant_times=_of_variants(as_run, times),
            )
        )
    return tuple(simulated)


def _of_variants(
    task: Task, times: Mapping[str, tuple[StageTimes, ...]]
) -> dict[str, tuple[StageTimes, ...]]:
    return {variant.name: times[variant.name] for variant in task.variants}


def _simulated(
    problem: Problem, plan: Plan, seed: int, conditions: Conditions, slowness: float
) -> dict[str, float]:
    jobs = simulate_on_device(
        problem,
        simulated_tasks(problem, plan, seed, conditions),
        seed=seed,
        duration_ns=conditions.duration_ns,
        episodes=[Episode(0, _ENDLESS_NS, slowness=slowness)] if slowness != 1.0 else (),
    )
    released = Counter(job.task for job in jobs)
    missed = Counter(job.task for job in jobs if job.outcome.missed)
    return {task.name: missed[task.name] / max(1, released[task.name]) for task in problem.tasks}


def _summed(ratios: Sequence[Mapping[str, float]]) -> dict[str, Misses]:
    found = {}
    for name in ratios[0]:
        values = [each[name] for each in ratios]
        error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
        found[name] = Misses(fmean(values), fmean(values) + _ERRORS * error)
    return found
