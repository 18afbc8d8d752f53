# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What bound a choice, and what to relax where demands cannot be met: in words."""

from __future__ import annotations

from collections.abc import Iterable

from rtmdl_ros.planning.bounds import megabytes, networks_of, too_large
from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.fitness import Fitness
from rtmdl_ros.planning.problem import MB, Problem, rounded_up
from rtmdl_ros.profiling.profile import VariantProfile


def reasons(
    evaluator: Evaluator, judge: Evaluator, budget: Budget, candidate: Candidate
) -> tuple[str, ...]:
    """Say of each task why it has no more accurate variant, by what the next one would do.

    Each is one simulation of the search's, and one of the judge's (`search.confirming`) where that
    does not tell, as long as the budget lasts.
    """
    problem = evaluator.problem
    lines = []
    for index, task in enumerate(problem.tasks):
        allowed, chosen = problem.allowed[index], candidate.variants[index]
        line = f'{task.name}: {allowed[chosen].name}'
        if chosen + 1 == len(allowed):
            lines.append(f'{line}, its most accurate variant')
            continue
        against = _against(problem, (evaluator, judge), budget, candidate, index)
        lines.append(f'{line}; the next more accurate one, {allowed[chosen + 1].name}, {against}')
    return tuple(lines)


def _against(
    problem: Problem,
    evaluators: Iterable[Evaluator],
    budget: Budget,
    candidate: Candidate,
    index: int,
) -> str:
    """Return what speaks against the next more accurate variant of a task."""
    larger = candidate.with_variant(index, candidate.variants[index] + 1)
    bytes_too_many = too_large(problem, larger)
    if bytes_too_many:
        return f'would take {bytes_too_many}'
    for evaluator in evaluators:
        if not budget.left():
            return 'was not tried: no time was left'
        before, after = evaluator.fitness(candidate), evaluator.fitness(larger)
        effect = _effect(problem, index, before, after)
        if effect:
            return effect
    return 'would do as well by these simulations: give the search more time'


def _effect(problem: Problem, index: int, before: Fitness, after: Fitness) -> str:
    """Return what a larger variant of a task does that speaks against it; '': nothing."""
    tasks = problem.tasks
    excess = [m - task.miss_limit for m, task in zip(after.miss_ratios, tasks, strict=True)]
    worst = excess.index(max(excess))
    if excess[worst] > 0.0:
        who = 'it' if worst == index else tasks[worst].name
        missed, limit = after.miss_ratios[worst], tasks[worst].miss_limit
        return f'would make {who} miss {missed:.1%} (limit {limit:.1%})'
    if after.on_time_accuracy <= before.on_time_accuracy:
        more = [m - was for m, was in zip(after.miss_ratios, before.miss_ratios, strict=True)]
        worst = more.index(max(more))
        if more[worst] <= 0.0:
            return 'would gain nothing'
        return (
            f'would lose more through misses than it gains: {tasks[worst].name} would miss '
            f'{after.miss_ratios[worst]:.1%} (now {before.miss_ratios[worst]:.1%})'
        )
    return ''


def remedies(problem: Problem, candidate: Candidate, fitness: Fitness) -> tuple[str, ...]:
    """Say which constraints to relax, and by how much, so that the candidate keeps all of them.

    `fitness` is the candidate's; empty where it keeps them already.
    """
    lines = []
    for task, missed in zip(problem.tasks, fitness.miss_ratios, strict=True):
        if missed > task.miss_limit:
            lines.append(
                f'{task.name}.miss_limit is {task.miss_limit:g}, but {missed:.1%} are missed at '
                f'the least that was found; give the task more time, or raise the limit to '
                f'{rounded_up(missed):g}'
            )
    networks = networks_of(problem, candidate)
    smallest = _smallest_networks(problem)
    for option, bytes_of, bound in (
        ('storage_mb', problem.storage_of, problem.storage_bytes),
        ('memory_mb', problem.memory_of, problem.memory_bytes),
    ):
        if bound is not None and bytes_of(networks) > bound:
            needed, who = min(bytes_of(networks), bytes_of(smallest)), 'the smallest variants'
            if needed <= bound:
                needed, who = bytes_of(networks), 'those variants that miss little'
            lines.append(
                f'{option} is {bound / MB:g}, but {who} need {megabytes(needed)}; raise it to '
                f'{megabytes(needed)}'
            )
    return tuple(lines)


def _smallest_networks(problem: Problem) -> set[str]:
    """Return the networks of each task's variant that takes least memory, then storage."""

    def size(variant: VariantProfile) -> tuple[int, int]:
        return problem.memory_of(variant.networks), problem.storage_of(variant.networks)

    return {name for allowed in problem.allowed for name in min(allowed, key=size).networks}
