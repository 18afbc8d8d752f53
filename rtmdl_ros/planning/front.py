# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The trade-off between misses and accuracy: the candidates that no other one beats in both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.errors import PlanError
from rtmdl_ros.planning.fitness import Fitness
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.planning.search import Found
from rtmdl_ros.workload.text_file import write_whole


@dataclass(frozen=True)
class FrontPoint:
    """A candidate of the front. Figures are those of `Fitness`, as the search saw them."""

    #: By task.
    variants: Mapping[str, str]
    #: Names of the tasks, the most urgent first.
    order: tuple[str, ...]
    miss_ratio: float
    accuracy_loss: float
    on_time_accuracy: float
    #: It keeps all constraints.
    feasible: bool
    chosen: bool


def front_of(problem: Problem, found: Found) -> tuple[FrontPoint, ...]:
    """Return the candidates that no other one beats in both figures, by rising accuracy loss.

    Those that keep all constraints are compared among each other, and all among all. The chosen
    one is always there.
    """
    known = found.known
    feasible = {c: f for c, f in known.items() if f.violation <= 0.0}
    points = {**_undominated(feasible), **_undominated(known)}
    points[found.best] = known.get(found.best, found.fitness)
    names = [task.name for task in problem.tasks]
    front = [
        FrontPoint(
            {
                name: allowed[index].name
                for name, allowed, index in zip(
                    names, problem.allowed, candidate.variants, strict=True
                )
            },
            tuple(names[index] for index in candidate.order),
            fitness.miss_ratio,
            fitness.accuracy_loss,
            fitness.on_time_accuracy,
            fitness.violation <= 0.0,
            candidate == found.best,
        )
        for candidate, fitness in points.items()
    ]
    return tuple(sorted(front, key=lambda point: (point.accuracy_loss, point.miss_ratio)))


def _undominated(known: Mapping[Candidate, Fitness]) -> dict[Candidate, Fitness]:
    """Return those of which none is better in one figure and no worse in the other."""
    ascending = sorted(known.items(), key=lambda pair: (pair[1].accuracy_loss, pair[1].miss_ratio))
    found = {}
    least = float('inf')
    for candidate, fitness in ascending:
        if fitness.miss_ratio < least:
            least = fitness.miss_ratio
            found[candidate] = fitness
    return found


def write_front(front: Iterable[FrontPoint], path: Path) -> None:
    """Write the front as JSON; makes the folder. Raises PlanError where it cannot."""
    content = {'front': [asdict(point) for point in front]}
    try:
        write_whole(path, json.dumps(content, indent=2) + '\n')
    except OSError as error:
        problem = f'cannot be written ({error.strerror})'
        raise PlanError(path, problem, 'give another file with --front') from error
