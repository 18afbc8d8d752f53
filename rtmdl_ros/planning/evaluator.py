# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Simulates candidates, with the same releases for all.

Stage times are the same, too, for variants in as many segments.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rtmdl_ros.planning.bounds import bytes_above
from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.demand import NecessaryTest
from rtmdl_ros.planning.fitness import Fitness, fitness_of, lateness, objective
from rtmdl_ros.planning.phases import phases, search_ns, search_seeds
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.planning.trial import simulate_on_device
from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.workload.priorities import priority_in_force
from rtmdl_ros.workload.records import Task

#: Of the first seed's time it looks at so much first: whoever has missed too much by then will not
#: recover.
_PREFIXES = (0.1, 0.3)


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
        self.duration_ns = duration_ns or search_ns(problem)
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
        self._excess_bytes: dict[tuple[int, ...], float] = {}

    @property
    def virtual_ns(self) -> int:
        """Return how long a whole simulation is in virtual time."""
        return self.duration_ns * len(self.seeds)

    def bound(self, candidate: Candidate) -> Fitness:
        """Return what the candidate reaches at best, without a simulation."""
        least = self._test.least_violation(candidate) if self._believes_test else 0.0
        # It does not tell whose misses these are.
        return self._bound(candidate, [0.0] * len(self.problem.tasks), least)

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
                missed = self._missed(candidate, self.seeds[0], part)
                bound = self._bound(candidate, self._ratios(missed))
                if objective(bound) < needed:
                    return bound
        whole = dict.fromkeys(self._released, 0.0)
        for seed in self.seeds:
            for name, more in self._missed(candidate, seed, 1.0).items():
                whole[name] += more
            bound = self._bound(candidate, self._ratios(whole))
            if objective(bound) < needed and seed != self.seeds[-1]:
                return bound
        result = replace(bound, exact=True)
        self.known[candidate] = result
        return result

    def _bound(
        self, candidate: Candidate, misses: Sequence[float], violation: float = 0.0
    ) -> Fitness:
        """Return a bound by what each task misses at least, and a violation beside that."""
        whole = violation + self._bytes_above(candidate)
        return replace(fitness_of(self.problem, candidate, misses, whole), exact=False)

    def _ratios(self, missed: Mapping[str, float]) -> list[float]:
        """Return the miss ratio of each task where so many jobs miss of all with all seeds."""
        names = [task.name for task in self.problem.tasks]
        return [missed.get(name, 0.0) / max(1, self._released[name]) for name in names]

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

    def _bytes_above(self, candidate: Candidate) -> float:
        """Return what the chosen variants take above the bounds, as parts of these."""
        if self.problem.storage_bytes is None and self.problem.memory_bytes is None:
            return 0.0
        above = self._excess_bytes.get(candidate.variants)
        if above is None:
            above = self._excess_bytes[candidate.variants] = bytes_above(self.problem, candidate)
        return above
