# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How good a candidate is, and by what it is chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.simulation.records import SimulatedJob

#: A machine does other things too: what a job takes beyond what simulation says is distributed
#: exponentially, this part of it in the mean. Measured with traffic signs on 2 cores: 1.3 to 3.3 %
#: came late that were simulated to end 25 to 30 % before their deadlines, 26 % of those at 5 %.
_OVERRUN = 0.05
#: What is less likely does not happen.
_SELDOM = 1e-3


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


def fitness_of(
    problem: Problem, candidate: Candidate, misses: Sequence[float], violation: float = 0.0
) -> Fitness:
    """Return the fitness by what each task misses, and a violation beside too many misses."""
    whole = sum(task.weight for task in problem.tasks)
    loss = missed = on_time = too_many = 0.0
    for task, allowed, index, miss in zip(
        problem.tasks, problem.allowed, candidate.variants, misses, strict=True
    ):
        accuracy, best = allowed[index].accuracy, allowed[-1].accuracy
        loss += task.weight * (1.0 - accuracy / best if best > 0.0 else 0.0)
        missed += task.weight * miss
        on_time += task.weight * accuracy * (1.0 - miss)
        too_many += max(0.0, miss - task.miss_limit)
    return Fitness(
        tuple(misses), missed / whole, loss / whole, on_time / whole, violation + too_many
    )


def lateness(job: SimulatedJob) -> float:
    """Return how likely a simulated job is to miss on a machine that does other things too."""
    if job.outcome.missed:
        return 1.0
    response_ns = job.finish_ns - job.release_ns
    left_ns = job.deadline_ns - job.finish_ns
    likely = math.exp(-left_ns / (_OVERRUN * max(1, response_ns)))
    return likely if likely >= _SELDOM else 0.0
