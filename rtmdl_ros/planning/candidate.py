# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A candidate for a plan: a variant for each task and an order of their urgency."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.workload.priorities import priority_in_force


class Candidate(NamedTuple):
    """What a search varies. Hashable, so that no candidate is simulated twice."""

    #: Of each task the index of its variant in `Problem.allowed`.
    variants: tuple[int, ...]
    #: Indices of the tasks, the most urgent first.
    order: tuple[int, ...]

    def with_variant(self, task: int, variant: int) -> Candidate:
        """Return the candidate with another variant of one task."""
        variants = (*self.variants[:task], variant, *self.variants[task + 1 :])
        return Candidate(variants, self.order)

    def priorities(self) -> tuple[int, ...]:
        """Return the priority of each task: 1 for the least urgent, rising."""
        count = len(self.order)
        ranks = {task: count - place for place, task in enumerate(self.order)}
        return tuple(ranks[task] for task in range(count))


def kept_order(problem: Problem, order: Sequence[int]) -> tuple[int, ...]:
    """Return the order with the tasks whose priority the user gave where that puts them.

    That is before or after all others; the rest, and tasks of equal given priority, stay as they
    are. Where the policy knows no priorities, there is only one order, that of the tasks.
    """
    if not problem.orders_matter:
        return tuple(range(len(problem.tasks)))

    def urgency(task: int) -> int:
        return priority_in_force(problem.tasks[task].fixed_priority, 0)

    return tuple(sorted(order, key=urgency, reverse=True))


def orders_of(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Yield the orders that keep the given priorities, each once, deadline monotonic first.

    Of tasks with equal given priorities only that one: of their jobs the one with the earlier
    deadline goes first, whatever the order.
    """
    first = deadline_monotonic(problem)
    free = set(_free(problem))
    for some in permutations([task for task in first if task in free]):
        rest = iter(some)
        yield tuple(next(rest) if task in free else task for task in first)


def number_of_candidates(problem: Problem) -> int:
    """Return how many candidates there are."""
    variants = math.prod(len(allowed) for allowed in problem.allowed)
    return variants * math.factorial(len(_free(problem)))


def _free(problem: Problem) -> list[int]:
    """Return the tasks whose places may change."""
    if not problem.orders_matter:
        return []
    return [task for task in range(len(problem.tasks)) if not problem.tasks[task].fixed_priority]


def deadline_monotonic(problem: Problem) -> tuple[int, ...]:
    """Return the order by deadline, then period, the shortest first.

    J. Y.-T. Leung, J. Whitehead, "On the complexity of fixed-priority scheduling of periodic,
    real-time tasks", Performance Evaluation 2(4), 1982.
    """
    tasks = problem.tasks
    by_deadline = sorted(
        range(len(tasks)), key=lambda index: (tasks[index].deadline_ns, tasks[index].period_ns)
    )
    return kept_order(problem, by_deadline)


def rate_monotonic(problem: Problem) -> tuple[int, ...]:
    """Return the order by period, then deadline, the shortest first.

    C. L. Liu, J. W. Layland, "Scheduling algorithms for multiprogramming in a hard-real-time
    environment", Journal of the ACM 20(1), 1973.
    """
    tasks = problem.tasks
    by_period = sorted(
        range(len(tasks)), key=lambda index: (tasks[index].period_ns, tasks[index].deadline_ns)
    )
    return kept_order(problem, by_period)
