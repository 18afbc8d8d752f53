# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Evolutionary search for the trade-off between misses and accuracy: NSGA-II. Imports pymoo.

K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic algorithm:
NSGA-II", IEEE Transactions on Evolutionary Computation 6(2), 2002, with constraints as there. An
order is coded by random keys (J. C. Bean, "Genetic algorithms and random keys for sequencing and
optimization", ORSA Journal on Computing 6(2), 1994), so that crossover needs no repair.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.population import Population
from pymoo.core.problem import Problem as CodedProblem
from pymoo.core.termination import NoTermination

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate, kept_order
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.problem import Problem

_POPULATION = 24

Vector = NDArray[np.float64]


def evolve(
    evaluator: Evaluator, budget: Budget, start: Sequence[Candidate], part: float = 1.0
) -> None:
    """Let candidates evolve from `start` until the budget is spent; the evaluator keeps them all.

    Deterministic for the problem's seed as long as the budget counts simulations.
    """
    problem = evaluator.problem
    rng = np.random.default_rng(problem.seed)
    coded = [encoded(problem, candidate) for candidate in start[:_POPULATION]]
    while len(coded) < _POPULATION:
        # Near the given ones rather than anywhere: most random candidates miss nearly all.
        near = coded[int(rng.integers(len(coded)))] + rng.normal(0.0, 0.1, len(coded[0]))
        coded.append(np.clip(near, 0.0, 1.0))
    algorithm = NSGA2(
        pop_size=_POPULATION, sampling=Population.new('X', np.array(coded)),
        eliminate_duplicates=True,
    )  # fmt: skip
    length = 2 * len(problem.tasks)
    space = CodedProblem(n_var=length, n_obj=2, n_ieq_constr=1, xl=0.0, xu=1.0)
    algorithm.setup(space, termination=NoTermination(), seed=problem.seed)
    while budget.left(part):
        offspring = algorithm.ask()
        if offspring is None or len(offspring) == 0:
            return
        objectives, violations = [], []
        for vector in offspring.get('X'):
            if not budget.left(part) or budget.idle():
                return
            # Of candidates that break constraints a bound is enough.
            fitness = evaluator.fitness(decoded(problem, vector), 0.0)
            objectives.append((fitness.miss_ratio, fitness.accuracy_loss))
            violations.append((fitness.violation,))
        offspring.set('F', np.array(objectives))
        offspring.set('G', np.array(violations))
        algorithm.tell(infills=offspring)


def encoded(problem: Problem, candidate: Candidate) -> Vector:
    """Return a vector of numbers from 0 to 1 that `decoded` turns into the candidate.

    First a number for each task's variant, then one for its urgency, the least most urgent.
    """
    variants = [
        (index + 0.5) / len(allowed)
        for index, allowed in zip(candidate.variants, problem.allowed, strict=True)
    ]
    places = [0.0] * len(candidate.order)
    for place, task in enumerate(candidate.order):
        places[task] = (place + 0.5) / len(candidate.order)
    return np.array(variants + places)


def decoded(problem: Problem, vector: Vector) -> Candidate:
    """Return the candidate that a vector of numbers from 0 to 1 stands for."""
    count = len(problem.tasks)
    variants = tuple(
        min(int(number * len(allowed)), len(allowed) - 1)
        for number, allowed in zip(vector[:count], problem.allowed, strict=True)
    )
    order = sorted(range(count), key=lambda task: float(vector[count + task]))
    return Candidate(variants, kept_order(problem, order))
