# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whether a task may be added, or changed, beside those that run (DESIGN.md section 5, rule 8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from rtmdl_ros.planning.candidate import Candidate, deadline_monotonic, kept_order
from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.explain import too_large
from rtmdl_ros.planning.fitness import Evaluator, Fitness, horizon_ns, phases
from rtmdl_ros.planning.plan import Plan, candidate_of, plan_of, tasks_of
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.simulation.records import SimulatedTask, StageTimes
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.workload.records import Outcome, Task

#: Simulated with so many seeds, each for half a search's horizon: how releases lie to each other
#: matters more than how long they lie so.
_SEEDS = tuple(range(2001, 2013))
#: No more than these parts of a miss limit may be used, the second one by a task that already is
#: between the two: other seeds bring more. Found by `make bench-admission`.
_MARGIN, _LEAST_MARGIN = 0.6, 0.9


@dataclass(frozen=True)
class Admission:
    """An answer to a request."""

    admitted: bool
    #: The tasks with the added one, and the plan for them; None where it is refused.
    problem: Problem | None
    plan: Plan | None
    #: Why it is refused, or what is expected; one line.
    reason: str


def admit(running: Problem, plan: Plan, added: PlannedTask) -> Admission:
    """Simulate the tasks with an added one, or one of them changed, as they would run.

    `plan` is that of `running`; a task of the name of `added` is taken to be changed to it. It is
    refused if a task comes near its miss limit (60 % of it) and misses more than without it, or if
    the added one comes near its own. Its variant and place are tried in turn:
    the most accurate variant first, in the place that its deadline gives it, last and first.
    Deterministic by the problem's seed.
    """
    try:
        problem = _with(running, added)
    except PlanningError as error:
        return Admission(False, None, None, str(error))
    allowed = _allowed_misses(running, plan, problem)
    refusals: list[tuple[float, str]] = []
    for candidate in _attempts(running, plan, problem, added):
        bytes_too_many = too_large(problem, candidate)
        if bytes_too_many:
            refusals.append((2.0, f'{added.name} would take {bytes_too_many}'))
            continue
        attempt = plan_of(problem, candidate, _assumed(problem, candidate))
        missed = _misses(problem, attempt, allowed)
        excess, reason = _judged(problem, missed, allowed)
        if excess <= 0.0:
            return Admission(True, problem, _told(problem, attempt, missed), reason)
        refusals.append((excess, reason))
    return Admission(False, None, None, min(refusals)[1])


def miss_ratios(
    problem: Problem,
    plan: Plan,
    seeds: Iterable[int],
    duration_ns: int,
    allowed: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, float]:
    """Return each task's miss ratio in simulations in which jobs choose variants as they run.

    One for each seed; once a task certainly misses more than is `allowed`, what was simulated by
    then counts.
    """
    seeds = tuple(seeds)
    released = Counter[str]()
    missed = Counter[str]()
    for seed in seeds:
        jobs = simulate(
            simulated_tasks(problem, plan, seed),
            policy=problem.policy,
            cpu_workers=problem.cpu_workers,
            lanes=problem.lanes,
            packing=problem.packing,
            slow_downs=problem.profile.slow_downs,
            duration_ns=duration_ns,
            seed=seed,
        )
        released.update(job.task for job in jobs)
        missed.update(job.task for job in jobs if job.outcome is not Outcome.ON_TIME)
        most = {
            task.name: len(seeds) * (1 + duration_ns // task.period_ns) for task in problem.tasks
        }
        if any(missed[name] > share * most[name] for name, share in allowed.items()):
            break
    return {
        task.name: missed[task.name] / max(1, released[task.name]) for task in problem.tasks
    }


def simulated_tasks(problem: Problem, plan: Plan, seed: int) -> tuple[SimulatedTask, ...]:
    """Return the tasks as they run by the plan, with the profile's times of all variants."""
    offsets = phases(problem, seed)
    simulated = []
    for task, release, as_run in zip(
        problem.tasks, problem.releases, tasks_of(problem, plan), strict=True
    ):
        times = {
            variant.name: tuple(stage.quantiles_ns for stage in variant.stages)
            for variant in problem.profile.functions[task.function]
        }
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


def _with(running: Problem, added: PlannedTask) -> Problem:
    others = tuple(task for task in running.tasks if task.name != added.name)
    return replace(running, tasks=(*others, added))


def _allowed_misses(running: Problem, plan: Plan, problem: Problem) -> dict[str, float]:
    """Return what each task may miss: most of its limit, or what it misses without the addition."""
    now = _misses(running, plan)
    now.pop(problem.tasks[-1].name, None)
    allowed = {}
    for task in problem.tasks:
        missed, limit = now.get(task.name, 0.0), task.miss_limit
        if missed <= limit:
            missed = min(missed, _LEAST_MARGIN * limit)
        allowed[task.name] = max(_MARGIN * limit, missed)
    return allowed


def _misses(
    problem: Problem, plan: Plan, allowed: Mapping[str, float] = MappingProxyType({})
) -> dict[str, float]:
    seeds = [problem.seed + seed for seed in _SEEDS]
    return miss_ratios(problem, plan, seeds, horizon_ns(problem) // 2, allowed)


def _attempts(
    running: Problem, plan: Plan, problem: Problem, added: PlannedTask
) -> Iterator[Candidate]:
    """Return what to try, the best first, none twice. The added task is the problem's last one."""
    names = [task.name for task in problem.tasks]
    before = candidate_of(running, plan)
    at = {task.name: index for index, task in enumerate(running.tasks)}
    own = len(names) - 1
    others = [names.index(running.tasks[i].name) for i in before.order]
    others = [index for index in others if index != own]
    variants = [before.variants[at[name]] for name in names[:own]]
    top = len(problem.allowed[own]) - 1
    levels = [top, top // 2, 0]
    by_deadline = deadline_monotonic(problem)
    shorter = set(by_deadline[: by_deadline.index(own)])
    place = max((others.index(index) + 1 for index in shorter if index in others), default=0)
    places = [place, len(others), 0]
    if added.name in at:
        places.insert(0, before.order.index(at[added.name]))
        planned = running.allowed[at[added.name]][before.variants[at[added.name]]].name
        known = [variant.name for variant in problem.allowed[own]]
        if planned in known:
            levels.insert(0, known.index(planned))
    tried = set()
    for level in levels:
        for where in places:
            order = kept_order(problem, [*others[:where], own, *others[where:]])
            candidate = Candidate((*variants, level), order)
            if candidate not in tried:
                tried.add(candidate)
                yield candidate


def _judged(
    problem: Problem, misses: Mapping[str, float], allowed: Mapping[str, float]
) -> tuple[float, str]:
    """Return by how much the worst task misses too much, 0 or less for none, and a reason."""
    excesses = [misses[task.name] - allowed[task.name] for task in problem.tasks]
    index = excesses.index(max(excesses))
    task, missed = problem.tasks[index], misses[problem.tasks[index].name]
    who = f'{task.name} itself' if task is problem.tasks[-1] else task.name
    if excesses[index] <= 0.0:
        return excesses[index], f'nobody misses too much; nearest to it: {who}, {missed:.1%}'
    limit = f'its limit is {task.miss_limit:.1%}'
    if missed <= task.miss_limit:
        limit = f'too near its limit of {task.miss_limit:.1%}'
    return excesses[index], f'{who} would miss {missed:.1%}, {limit}'


def _assumed(problem: Problem, candidate: Candidate) -> Fitness:
    """Return a fitness without misses: what is missed shows in the simulation of the plan."""
    return Evaluator(problem, believe_test=False).bound(candidate)


def _told(problem: Problem, plan: Plan, misses: Mapping[str, float]) -> Plan:
    """Return the plan with the misses of its simulation."""
    tasks = {
        name: replace(task, expected_miss_ratio=misses[name]) for name, task in plan.tasks.items()
    }
    weights = {task.name: task.weight for task in problem.tasks}
    whole = sum(weights.values())
    missed = sum(weights[name] * misses[name] for name in tasks) / whole
    on_time = sum(
        weights[name] * task.expected_accuracy * (1.0 - misses[name])
        for name, task in tasks.items()
    )
    feasible = all(misses[task.name] <= task.miss_limit for task in problem.tasks)
    return replace(
        plan,
        tasks=tasks,
        expected_miss_ratio=missed,
        expected_on_time_accuracy=on_time / whole,
        feasible=feasible,
    )
