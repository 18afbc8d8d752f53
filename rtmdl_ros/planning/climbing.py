# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Local search: from a plan to the best one that no small change improves."""

from __future__ import annotations

from random import Random

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate, kept_order
from rtmdl_ros.planning.demand import loads
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.fitness import Fitness, objective, rank
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.scheduling.levels import Load

#: A change that saves time and gains accuracy comes before all others.
_FREE = 1e9
#: Orders that are tried for a choice of variants by which tasks miss too much.
_REPAIRS = 3
#: A random change: so many variants and places in the order at least and at most; how often it is
#: drawn until it may be as good; the part of the orders that are wholly new.
_CHANGED = (0, 2)
_DRAWS = 20
_SHUFFLED = 0.2


class Climber:
    """Changes plans step by step."""

    def __init__(self, evaluator: Evaluator, budget: Budget) -> None:
        """Simulate with the evaluator as long as the budget lasts."""
        self._evaluator = evaluator
        self._budget = budget
        self._problem = evaluator.problem
        self._loads = loads(evaluator.problem)
        #: By order: choices of variants that broke a constraint.
        self._too_much: dict[tuple[int, ...], list[tuple[int, ...]]] = {}

    def climb(self, start: Candidate, part: float = 1.0) -> Candidate:
        """Return the plan that a sequence of improvements ends in, or is at when time is up.

        `part`: of the budget, that may be spent by then.
        """
        best, reached = start, self._evaluator.fitness(start)
        tried = {start}
        improved = True
        while improved:
            improved = False
            for candidate in self._changes(best):
                if not self._budget.left(part):
                    return best
                better = self._first_better(candidate, reached, tried)
                if better is not None:
                    best, reached = better
                    improved = True
                    break
        return best

    def wander(self, start: Candidate, rng: Random, part: float = 1.0) -> Candidate:
        """Change the plan at random until the budget is spent; return the best one on the way.

        What is as good is accepted too: other orders matter only once variants are changed again.
        Of bad changes most are cheap to refuse: something is missed early in the simulation.
        """
        here = best = start
        reached = self._evaluator.fitness(best)
        while self._budget.left(part) and not self._budget.idle():
            changed = self._random_change(here, reached, rng)
            for _ in range(2):
                if changed is None or self._is_above_too_much(changed):
                    break
                found = self._evaluator.fitness(changed, objective(reached))
                if found.exact and objective(found) >= objective(reached):
                    here = changed
                    if rank(found) > rank(reached):
                        best, reached = changed, found
                    break
                self._note(changed, found)
                order = self._repaired(changed.order, found)
                changed = Candidate(changed.variants, order)
        return best

    def _random_change(
        self, candidate: Candidate, reached: Fitness, rng: Random
    ) -> Candidate | None:
        """Return another candidate that may be as good; None: none was drawn."""
        for _ in range(_DRAWS):
            variants = candidate
            for _ in range(rng.randint(*_CHANGED)):
                variants = _random_variant(self._problem, variants, rng)
            order = list(candidate.order)
            if rng.random() < _SHUFFLED:
                rng.shuffle(order)
            else:
                for _ in range(rng.randint(*_CHANGED)):
                    order.insert(rng.randrange(len(order)), order.pop(rng.randrange(len(order))))
            changed = Candidate(variants.variants, kept_order(self._problem, order))
            hope = objective(self._evaluator.bound(changed))
            if changed != candidate and hope >= objective(reached):
                return changed
        return None

    def _first_better(
        self, candidate: Candidate, reached: Fitness, tried: set[Candidate]
    ) -> tuple[Candidate, Fitness] | None:
        """Try a change, and as long as tasks miss too much by it, to make the worst more urgent."""
        order = candidate.order
        for _ in range(1 + _REPAIRS):
            changed = Candidate(candidate.variants, order)
            found = self._try(changed, reached, tried)
            if found is None:
                return None
            if found.exact and rank(found) > rank(reached):
                return changed, found
            if not self._problem.orders_matter or objective(found) >= 0.0:
                return None
            order = self._repaired(order, found)
        return None

    def _try(
        self, candidate: Candidate, reached: Fitness, tried: set[Candidate]
    ) -> Fitness | None:
        """Return the fitness of a candidate that was not tried and may be better.

        Not tried either is what asks more of all tasks than a plan that was too much already.
        """
        if candidate in tried:
            return None
        tried.add(candidate)
        if rank(self._evaluator.bound(candidate)) <= rank(reached):
            return None
        if self._is_above_too_much(candidate):
            return None
        fitness = self._evaluator.fitness(candidate, objective(reached))
        self._note(candidate, fitness)
        return fitness

    def _is_above_too_much(self, candidate: Candidate) -> bool:
        failed = self._too_much.get(candidate.order, ())
        return any(_all_above(candidate.variants, variants) for variants in failed)

    def _note(self, candidate: Candidate, fitness: Fitness) -> None:
        if objective(fitness) < 0.0:
            self._too_much.setdefault(candidate.order, []).append(candidate.variants)

    def _repaired(self, order: tuple[int, ...], fitness: Fitness) -> tuple[int, ...]:
        """Move the task to the front that misses most above its limit."""
        tasks = self._problem.tasks
        excess = [m - task.miss_limit for m, task in zip(fitness.miss_ratios, tasks, strict=True)]
        place = order.index(excess.index(max(excess)))
        return self._moved(order, place, 0)

    def _moved(self, order: tuple[int, ...], place: int, target: int) -> tuple[int, ...]:
        rest = [*order[:place], *order[place + 1 :]]
        rest.insert(target, order[place])
        return kept_order(self._problem, rest)

    def _changes(self, candidate: Candidate) -> list[Candidate]:
        """Return all small changes, those that gain most accuracy for the time they take first.

        One variant up or down, one up for one down, and another place for a task.
        """
        valued: list[tuple[float, Candidate]] = []
        ups = [c for c in range(len(candidate.variants)) if self._up(candidate, c) is not None]
        for task in ups:
            one_up = self._up(candidate, task)
            assert one_up is not None
            valued.append((self._worth(candidate, one_up), one_up))
            for other, index in enumerate(candidate.variants):
                if other != task and index > 0:
                    traded = one_up.with_variant(other, index - 1)
                    valued.append((self._worth(candidate, traded), traded))
        valued.sort(key=lambda pair: -pair[0])
        changes = [changed for _, changed in valued]
        orders = self._neighbour_orders(candidate.order)
        changes += [Candidate(candidate.variants, order) for order in orders]
        for task, index in enumerate(candidate.variants):
            if index > 0:
                changes.append(candidate.with_variant(task, index - 1))
        return changes

    def _up(self, candidate: Candidate, task: int) -> Candidate | None:
        index = candidate.variants[task] + 1
        if index >= len(self._problem.allowed[task]):
            return None
        return candidate.with_variant(task, index)

    def _worth(self, before: Candidate, after: Candidate) -> float:
        """Return the gain in accuracy by the resources that it takes."""
        gain = added = 0.0
        for load, old, new in zip(self._loads, before.variants, after.variants, strict=True):
            if old != new:
                gain += load.weight * (load.options[new].accuracy - load.options[old].accuracy)
                added += _size(load, new, self._problem) - _size(load, old, self._problem)
        if gain <= 0.0:
            return gain
        return gain / added if added > gain / _FREE else _FREE + gain

    def _neighbour_orders(self, order: tuple[int, ...]) -> list[tuple[int, ...]]:
        if not self._problem.orders_matter:
            return []
        found = [self._moved(order, place + 1, place) for place in range(len(order) - 1)]
        found += [
            self._moved(order, place, target)
            for place in range(len(order))
            for target in range(len(order))
            if abs(place - target) > 1
        ]
        return [each for each in dict.fromkeys(found) if each != order]


def _all_above(variants: tuple[int, ...], others: tuple[int, ...]) -> bool:
    return all(one >= other for one, other in zip(variants, others, strict=True))


def _size(load: Load, index: int, problem: Problem) -> float:
    option = load.options[index]
    return option.cpu / problem.cpu_workers + option.lanes / problem.lanes


def _random_variant(problem: Problem, candidate: Candidate, rng: Random) -> Candidate:
    task = rng.randrange(len(candidate.variants))
    index = candidate.variants[task] + rng.choice((-1, 1))
    index = min(max(index, 0), len(problem.allowed[task]) - 1)
    return candidate.with_variant(task, index)
