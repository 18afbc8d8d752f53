# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How good a candidate is: simulated, with the same releases for all.

Stage times are the same, too, for variants in as many segments.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.demand import NecessaryTest
from rtmdl_ros.planning.problem import Problem, Release
from rtmdl_ros.planning.trial import simulate_on_device
from rtmdl_ros.simulation.records import SimulatedJob, SimulatedTask
from rtmdl_ros.workload.priorities import priority_in_force
from rtmdl_ros.workload.records import Task
from rtmdl_ros.workload.units import NS_PER_S

#: A search simulates so long and so many jobs of the slowest task ...
_LEAST_NS = NS_PER_S
_LEAST_JOBS = 15
#: ... unless that would be more jobs than this of all tasks.
_MOST_JOBS = 1_000
#: How often it does so where phases matter, each for a part of the time; together it is longer.
_PHASES, _PHASE_PART = 8, 0.2
#: Of the first seed's time it looks at so much first: whoever has missed too much by then will not
#: recover.
_PREFIXES = (0.1, 0.3)
#: A machine does other things too: what a job takes beyond what simulation says is distributed
#: exponentially, this part of it in the mean. Measured with traffic signs on 2 cores: 1.3 to 3.3 %
#: came late that were simulated to end 25 to 30 % before their deadlines, 26 % of those at 5 %.
_OVERRUN = 0.05
#: What is less likely does not happen.
_SELDOM = 1e-3
#: Until the base of the phases is exact.
_ITERATIONS = 64


@dataclass(frozen=True)
class Fitness:
    """What is expected of a candidate. Ratios and accuracies from 0 to 1."""

    #: Of each task.
    miss_ratios: tuple[float, ...]
    #: Mean over the tasks by weight.
    miss_ratio: float
    #: (best accuracy - accuracy) / best accuracy, mean over the tasks by weight.
    accuracy_loss: float
    #: accuracy * (1 - miss ratio), mean over the tasks by weight: a late answer is a wrong one.
    on_time_accuracy: float
    #: By how much constraints are broken: miss ratios above their limits, and parts of the bounds
    #: of storage and memory; 0: all are kept.
    violation: float
    #: False: nothing is worse than this says, but the candidate may be; it is no good anyway.
    exact: bool = True


def objective(fitness: Fitness) -> float:
    """Return the one number that a plan is chosen by, the larger the better.

    With all constraints kept it is the on-time accuracy, 0 to 1: misses weigh like wrong answers.
    Otherwise it is below 0, the violation with its sign changed: constraints come first.
    """
    return fitness.on_time_accuracy if fitness.violation <= 0.0 else -fitness.violation


def rank(fitness: Fitness) -> tuple[float, float, float]:
    """Return the objective, and what decides between equal ones; the larger the better."""
    return objective(fitness), fitness.on_time_accuracy, -fitness.miss_ratio


def horizon_ns(problem: Problem) -> int:
    """Return for how long a search simulates a candidate, in nanoseconds of virtual time."""
    return time_of_jobs(problem, _LEAST_JOBS, most=_MOST_JOBS, least_ns=_LEAST_NS)


def time_of_jobs(problem: Problem, slowest: int, *, most: int, least_ns: int = 0) -> int:
    """Return the time in ns of so many jobs of the slowest task, and at most so many of all."""
    periods = [task.period_ns for task in problem.tasks]
    rate = sum(1.0 / period for period in periods)
    return round(min(max(least_ns, slowest * max(periods)), most / rate))


def _search_ns(problem: Problem) -> int:
    """Return for how long a search simulates with each seed."""
    part = _PHASE_PART if len(search_seeds(problem)) > 1 else 1.0
    return round(part * horizon_ns(problem))


class Evaluator:
    """Simulates candidates of a problem, each once, and keeps what came out."""

    def __init__(
        self,
        problem: Problem,
        *,
        seeds: Sequence[int] | None = None,
        duration_ns: int | None = None,
        believe_test: bool = True,
    ) -> None:
        """Simulate with each seed for `duration_ns`; by default as a search does.

        `believe_test`: whoever fails the necessary test is not simulated where more is needed.
        """
        self.problem = problem
        self.seeds = tuple(seeds) if seeds is not None else search_seeds(problem)
        self.duration_ns = duration_ns or _search_ns(problem)
        groups = problem.releases
        self._released = Counter[str]()
        for seed in self.seeds:
            first_ns = phases(groups, seed, self.duration_ns)
            for task, group in zip(problem.tasks, groups, strict=True):
                left_ns = self.duration_ns - first_ns[group]
                self._released[task.name] += max(0, math.ceil(left_ns / task.period_ns))
        #: All that were simulated to the end.
        self.known: dict[Candidate, Fitness] = {}
        #: In units of a whole one with all seeds.
        self.simulations = 0.0
        self._test = NecessaryTest(problem, self.duration_ns)
        self._believes_test = believe_test
        self._alternatives = [
            [
                (tuple(stage.stage() for stage in v.stages), [s.quantiles_ns for s in v.stages])
                for v in variants
            ]
            for variants in problem.allowed
        ]
        self._best = [variants[-1].accuracy for variants in problem.allowed]
        self._best_of_all = [
            problem.profile.functions[task.function][-1].accuracy for task in problem.tasks
        ]
        self._weights = [task.weight for task in problem.tasks]
        self._excess_bytes: dict[tuple[int, ...], float] = {}

    @property
    def virtual_ns(self) -> int:
        """Return how long a whole simulation is in virtual time."""
        return self.duration_ns * len(self.seeds)

    def bound(self, candidate: Candidate) -> Fitness:
        """Return what the candidate reaches at best, without a simulation."""
        least = self._test.least_violation(candidate) if self._believes_test else 0.0
        # It does not tell whose misses these are.
        return self._fitness(candidate, [0.0] * len(self.problem.tasks), least)

    def fitness(self, candidate: Candidate, needed: float = -math.inf) -> Fitness:
        """Return the candidate's fitness, or a bound that shows an objective below `needed`."""
        known = self.known.get(candidate)
        if known is not None:
            return known
        if needed > -math.inf:
            bound = self.bound(candidate)
            if objective(bound) < needed:
                return bound
            for part in _PREFIXES:
                bound = self._fitness_of(candidate, self._missed(candidate, self.seeds[0], part))
                if objective(bound) < needed:
                    return bound
        missed = dict.fromkeys(self._released, 0.0)
        for seed in self.seeds:
            for name, more in self._missed(candidate, seed, 1.0).items():
                missed[name] += more
            bound = self._fitness_of(candidate, missed)
            if objective(bound) < needed and seed != self.seeds[-1]:
                return bound
        result = replace(bound, exact=True)
        self.known[candidate] = result
        return result

    def _fitness_of(self, candidate: Candidate, missed: Mapping[str, float]) -> Fitness:
        """Return a bound: of all jobs with all seeds so many miss, and others maybe."""
        names = [task.name for task in self.problem.tasks]
        ratios = [missed.get(name, 0.0) / max(1, self._released[name]) for name in names]
        return self._fitness(candidate, ratios, 0.0)

    def _missed(self, candidate: Candidate, seed: int, part: float) -> Mapping[str, float]:
        """Simulate a part of the time with one seed; return how many of a task's jobs will miss."""
        self.simulations += part / len(self.seeds)
        cut_ns = round(self.duration_ns * part)
        jobs = simulate_on_device(
            self.problem, self._tasks(candidate, seed), seed=seed, duration_ns=cut_ns
        )
        missed: dict[str, float] = defaultdict(float)
        for job in jobs:
            # After the cut the jobs that were not released any more make a difference.
            if part == 1.0 or job.finish_ns < cut_ns:
                missed[job.task] += lateness(job)
        return missed

    def _tasks(self, candidate: Candidate, seed: int) -> list[SimulatedTask]:
        problem = self.problem
        offsets = phases(problem.releases, seed, self.duration_ns)
        tasks = []
        for task, group, alternatives, index, priority in zip(
            problem.tasks,
            problem.releases,
            self._alternatives,
            candidate.variants,
            candidate.priorities(),
            strict=True,
        ):
            stages, times = alternatives[index]
            in_force = priority_in_force(task.fixed_priority, priority)
            as_run = Task(
                task.name, stages, task.period_ns, task.deadline_ns, in_force, task.late,
                weight=task.weight,
            )  # fmt: skip
            tasks.append(SimulatedTask(as_run, tuple(times), offsets[group]))
        return tasks

    def _fitness(
        self, candidate: Candidate, misses: Sequence[float], violation: float
    ) -> Fitness:
        """Return a bound by what each task misses at least, and a violation beside that."""
        problem = self.problem
        weights = self._weights
        whole = sum(weights)
        accuracies = [
            variants[index].accuracy
            for variants, index in zip(problem.allowed, candidate.variants, strict=True)
        ]
        loss = sum(
            weight * (1.0 - accuracy / best if best > 0.0 else 0.0)
            for weight, accuracy, best in zip(weights, accuracies, self._best_of_all, strict=True)
        )
        missed = on_time = too_many = 0.0
        for task, accuracy, miss in zip(problem.tasks, accuracies, misses, strict=True):
            missed += task.weight * miss
            on_time += task.weight * accuracy * (1.0 - miss)
            too_many += max(0.0, miss - task.miss_limit)
        return Fitness(
            tuple(misses),
            missed / whole,
            loss / whole,
            on_time / whole,
            violation + too_many + self._bytes_above(candidate),
            exact=False,
        )

    def _bytes_above(self, candidate: Candidate) -> float:
        """Return what the chosen variants take above the bounds, as parts of these."""
        if self.problem.storage_bytes is None and self.problem.memory_bytes is None:
            return 0.0
        above = self._excess_bytes.get(candidate.variants)
        if above is None:
            above = self._excess_bytes[candidate.variants] = bytes_above(self.problem, candidate)
        return above


def lateness(job: SimulatedJob) -> float:
    """Return how likely a simulated job is to miss on a machine that does other things too."""
    if job.outcome.missed:
        return 1.0
    response_ns = job.finish_ns - job.release_ns
    left_ns = job.deadline_ns - job.finish_ns
    likely = math.exp(-left_ns / (_OVERRUN * max(1, response_ns)))
    return likely if likely >= _SELDOM else 0.0


def bytes_above(problem: Problem, candidate: Candidate) -> float:
    """Return what the networks take above the bounds of storage and memory, as parts of these."""
    networks = networks_of(problem, candidate)
    above = 0.0
    if problem.storage_bytes is not None:
        above += max(0.0, problem.storage_of(networks) / problem.storage_bytes - 1.0)
    if problem.memory_bytes is not None:
        above += max(0.0, problem.memory_of(networks) / problem.memory_bytes - 1.0)
    return above


def networks_of(problem: Problem, candidate: Candidate) -> set[str]:
    """Return the names of all networks that the chosen variants run."""
    return {
        network
        for variants, index in zip(problem.allowed, candidate.variants, strict=True)
        for network in variants[index].networks
    }


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
