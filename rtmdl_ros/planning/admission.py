# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whether a task may be added, or changed, beside those that run (docs/scheduling.md, 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rtmdl_ros.planning.bounds import bytes_above, too_large
from rtmdl_ros.planning.candidate import Candidate, deadline_monotonic, kept_order
from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.fitness import fitness_of
from rtmdl_ros.planning.foreseen_misses import Conditions, Misses, conditions_for, foreseen
from rtmdl_ros.planning.plan import Plan, candidate_of, plan_of
from rtmdl_ros.planning.problem import PlannedTask, Problem

#: Once with the profile's times and once with slower ones: what is missed only where releases lie
#: unluckily, which few seeds show, is then missed more often. Not only slower ones, as jobs then
#: take smaller variants.
_SLOWNESS = (1.0, 1.1)
#: Sorts a refusal behind those for missing too much, by shares up to 1.
_ABOVE_ALL = 2.0
#: No more than this part of a miss limit may be used, and not the whole one by what the mean hardly
#: exceeds. Found by `make bench-admission`.
_MARGIN = 0.5


@dataclass(frozen=True)
class Admission:
    """An answer to a request."""

    admitted: bool
    #: The plan for the tasks with the added one; None where it is refused.
    plan: Plan | None
    #: Why it is refused, or what is expected; one line.
    reason: str


def admit(
    running: Problem, plan: Plan, added: PlannedTask, *, keep_plan: bool = False
) -> Admission:
    """Simulate the tasks with an added one, or one of them changed, as they would run.

    `plan` is that of `running`; a task of the name of `added` is taken to be changed to it.
    Variants and places of that task are tried in turn: those that it has, then the most accurate
    variant first, in the place that its deadline gives it, last and first. With `keep_plan` a
    changed task keeps those that it has. The answer has the plan that it holds for.

    It is refused if it or another task comes near its miss limit, half of it or less where seeds
    differ much, with the profile's stage times or 10 % longer ones. A task that surely misses more
    than its limit already must not miss more with either; for a request that eases a task it is
    enough that it may miss more. Deterministic for the problem's seed.
    """
    try:
        problem = with_task(running, added)
    except PlanningError as error:
        return Admission(False, None, str(error))
    # Beside other frames a task would miss other shares, whether or not the request is met.
    conditions = conditions_for(problem, running)
    broken = _broken(running, plan, added, conditions)
    # Where the bound of memory cannot be kept, no request is to blame.
    bounded = not too_large(running, candidate_of(running, plan))
    in_force = _in_force(problem, plan) if added.name in plan.tasks else None
    refusals: list[tuple[float, str]] = []
    for candidate in _attempts(running, plan, problem, in_force, keep_plan):
        bytes_too_many = too_large(problem, candidate) if bounded else ''
        if bytes_too_many:
            refusals.append((_ABOVE_ALL, f'{added.name} would take {bytes_too_many}'))
            continue
        kept = plan if candidate == in_force else None
        found = _misses(problem, _planned(problem, candidate, kept), broken, conditions)
        missed = _worst(found)
        excess, reason = _judged(problem, missed, _excesses(problem, found, broken))
        if excess <= 0.0:
            return Admission(True, _planned(problem, candidate, kept, missed), reason)
        refusals.append((excess, reason))
    return Admission(False, None, min(refusals)[1])


def with_task(running: Problem, added: PlannedTask) -> Problem:
    """Return the problem with a task added as the last one, in place of one of its name.

    Raises PlanningError where that makes no problem.
    """
    others = tuple(task for task in running.tasks if task.name != added.name)
    return replace(running, tasks=(*others, added))


def _broken(
    running: Problem, plan: Plan, added: PlannedTask, conditions: Conditions
) -> dict[str, tuple[float, ...]]:
    """Return what those tasks miss at each speed that break their limits already."""
    unlimited: dict[str, float] = {}
    usual = foreseen(running, plan, _SLOWNESS[0], unlimited, conditions)
    names = over_limit(running.tasks, usual, added)
    if not names:
        return {}
    slower = (foreseen(running, plan, slow, unlimited, conditions) for slow in _SLOWNESS[1:])
    found = [usual, *slower]
    return {name: tuple(each[name].mean for each in found) for name in names}


def over_limit(
    tasks: Sequence[PlannedTask], missed: Mapping[str, Misses], added: PlannedTask
) -> list[str]:
    """Return who of the running tasks is over its miss limit before a request, `added`, is met.

    By the mean where the request eases one of them; else only who surely is, as whoever is taken
    for broken may go on missing as much.
    """
    eases = any(_eases(task, added) for task in tasks)
    names = []
    for task in tasks:
        misses = missed[task.name]
        if task.name != added.name and task.miss_limit < (misses.mean if eases else misses.lower):
            names.append(task.name)
    return names


def _eases(task: PlannedTask, added: PlannedTask) -> bool:
    """Tell whether a request lets a running task have more time, or frames less often."""
    asks_no_more = added.deadline_ns >= task.deadline_ns and added.period_ns >= task.period_ns
    return added.name == task.name and asks_no_more


def _misses(
    problem: Problem, plan: Plan, broken: Mapping[str, Sequence[float]], conditions: Conditions
) -> list[dict[str, Misses]]:
    """Return what is missed at each speed, as far as it can be admitted at all."""
    found = []
    for speed, slowness in enumerate(_SLOWNESS):
        most = {
            task.name: broken[task.name][speed] if task.name in broken else task.miss_limit
            for task in problem.tasks
        }
        found.append(foreseen(problem, plan, slowness, most, conditions))
    return found


def _worst(found: Sequence[Mapping[str, Misses]]) -> dict[str, Misses]:
    """Return what each task misses at its worse speed."""
    return {
        name: Misses(
            max(each[name].mean for each in found), max(each[name].upper for each in found)
        )
        for name in found[0]
    }


def _attempts(
    running: Problem,
    plan: Plan,
    problem: Problem,
    in_force: Candidate | None,
    keep_plan: bool,
) -> Iterator[Candidate]:
    """Yield what to try, the best first, none twice. The added task is the problem's last one."""
    tried = set()
    if in_force is not None:
        tried.add(in_force)
        yield in_force
    if in_force is None or not keep_plan:
        for candidate in _places(running, plan, problem):
            if candidate not in tried:
                tried.add(candidate)
                yield candidate


def _planned(
    problem: Problem,
    candidate: Candidate,
    in_force: Plan | None,
    missed: Mapping[str, Misses] | None = None,
) -> Plan:
    """Return a candidate as a plan, with what each task misses, as far as that is known.

    If it is the one `in_force`, with the priorities of that: a user's file may have equal ones, and
    which of two tasks is first is then up to deadlines. A candidate is an order and knows none.
    """
    misses = [0.0 if missed is None else missed[task.name].mean for task in problem.tasks]
    fitness = fitness_of(problem, candidate, misses, bytes_above(problem, candidate))
    plan = plan_of(problem, candidate, fitness)
    if in_force is None:
        return plan
    tasks = {
        name: replace(task, priority=in_force.tasks[name].priority)
        for name, task in plan.tasks.items()
    }
    return replace(plan, tasks=tasks)


def _in_force(problem: Problem, plan: Plan) -> Candidate:
    """Return the plan as it stands; its last task takes the least variant it still may, if need be.

    So does the scheduler where an accuracy floor rises above the planned variant.
    """
    changed, allowed = problem.tasks[-1].name, problem.allowed[-1]
    planned = plan.tasks[changed]
    if planned.variant not in [variant.name for variant in allowed]:
        planned = replace(planned, variant=allowed[0].name)
    return candidate_of(problem, replace(plan, tasks={**plan.tasks, changed: planned}))


def _places(running: Problem, plan: Plan, problem: Problem) -> Iterator[Candidate]:
    """Yield variants and places for the last task beside the others as they are planned."""
    names = [task.name for task in problem.tasks]
    before = candidate_of(running, plan)
    variants = dict(zip((task.name for task in running.tasks), before.variants, strict=True))
    own = len(names) - 1
    urgent = [names.index(running.tasks[index].name) for index in before.order]
    others = [index for index in urgent if index != own]
    top = len(problem.allowed[own]) - 1
    by_deadline = deadline_monotonic(problem)
    shorter = set(by_deadline[: by_deadline.index(own)])
    place = max((at + 1 for at, index in enumerate(others) if index in shorter), default=0)
    for level in (top, top // 2, 0):
        for where in (place, len(others), 0):
            order = kept_order(problem, [*others[:where], own, *others[where:]])
            yield Candidate((*(variants[name] for name in names[:own]), level), order)


def _judged(
    problem: Problem, worst: Mapping[str, Misses], excesses: Sequence[float]
) -> tuple[float, str]:
    """Return by how much the worst task misses too much, 0 or less for none, and a reason."""
    index = excesses.index(max(excesses))
    task = problem.tasks[index]
    missed = worst[task.name].mean
    who = f'{task.name} itself' if task is problem.tasks[-1] else task.name
    if excesses[index] <= 0.0:
        return excesses[index], f'nobody misses too much; nearest to it: {who}, {missed:.1%}'
    limit = f'its limit is {task.miss_limit:.1%}'
    if missed <= task.miss_limit:
        limit = f'too near its limit of {task.miss_limit:.1%}'
    return excesses[index], f'{who} would miss {missed:.1%}, {limit}'


def _excesses(
    problem: Problem,
    found: Sequence[Mapping[str, Misses]],
    broken: Mapping[str, Sequence[float]],
) -> list[float]:
    """Return by how much each task misses too much at its worse speed; 0 or less: it does not."""
    worst = _worst(found)
    excesses = []
    for task in problem.tasks:
        if task.name in broken:
            pairs = zip(found, broken[task.name], strict=True)
            excesses.append(max(each[task.name].mean - before for each, before in pairs))
        else:
            misses = worst[task.name]
            margin = misses.mean - _MARGIN * task.miss_limit
            excesses.append(max(margin, misses.upper - task.miss_limit))
    return excesses
