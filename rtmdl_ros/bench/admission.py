# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whether admitted tasks keep what was promised: `make bench-admission` prints it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from rtmdl_ros.bench.command import run_experiment
from rtmdl_ros.planning.admission import admit, with_task
from rtmdl_ros.planning.foreseen_misses import miss_ratios
from rtmdl_ros.planning.phases import horizon_ns
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.planning.random_problems import random_problem
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.workload.arguments import whole

#: Additions that are asked for beside one set of running tasks.
_A_SET = 10
_VARIANTS = 6
#: Simulations of the plan of the running tasks.
_SIMULATIONS = 12.0
#: Other seeds than the admission's, each for a search's whole horizon.
_SEEDS = range(7001, 7061)
_EXAMPLES = """examples:
  make bench-admission
  make bench-admission ARGS='--additions 20'
"""


@dataclass(frozen=True)
class Case:
    """An addition and what came of it."""

    admitted: bool
    #: The answer's.
    reason: str
    #: Tasks that then miss more than their limit, and did not before; none where refused.
    broken: tuple[str, ...]


def cases(additions: int, first: int = 0) -> Iterator[Case]:
    """Ask for additions to random sets of two to four running tasks, all planned together.

    The added ones are as large as the running ones, or ask for a tighter deadline of one of them.
    """
    for number in range(additions):
        if number % _A_SET == 0:
            seed, count = first + number // _A_SET, 2 + number // _A_SET % 3
            all_tasks = count + _A_SET
            # As many as run and one more are together what a random problem usually is.
            whole = random_problem(seed, all_tasks, _VARIANTS, load=all_tasks / (count + 1))
            running = replace(whole, tasks=whole.tasks[:count])
            plan = make_plan(running, seconds=1e6, simulations=_SIMULATIONS).plan
        rng = Random(f'addition {first} {number}')
        if rng.random() < 0.3:
            task = rng.choice(running.tasks)
            shorter_ns = round(task.deadline_ns * rng.uniform(0.4, 0.9))
            added = replace(task, deadline_ns=shorter_ns)
        else:
            added = whole.tasks[count + number % _A_SET]
        yield _case(running, plan, added)


def _case(running: Problem, plan: Plan, added: PlannedTask) -> Case:
    answer = admit(running, plan, added)
    if not answer.admitted:
        return Case(False, answer.reason, ())
    assert answer.plan is not None
    problem = with_task(running, added)
    before = _missed(running, plan)
    after = _missed(problem, answer.plan)
    limits = {task.name: task.miss_limit for task in problem.tasks}
    broken = tuple(
        name
        for name, missed in after.items()
        if missed > limits[name] and (name == added.name or before[name] <= limits[name])
    )
    return Case(True, answer.reason, broken)


def _missed(problem: Problem, plan: Plan) -> dict[str, float]:
    seeds = [problem.seed + seed for seed in _SEEDS]
    found = miss_ratios(problem, plan, seeds, horizon_ns(problem))
    return {name: misses.mean for name, misses in found.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what became of the additions; returns 0, or 1 where a promise was broken."""
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.bench.admission',
        description='Ask for tasks and tighter deadlines beside random running tasks; simulate\n'
        'the admitted ones with other seeds and for longer.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--additions', type=whole(1, 100_000), default=200, metavar='N', help='default: 200'
    )
    parser.add_argument(
        '--first', type=whole(0, 2**31 - 1), default=0, metavar='SEED',
        help='of the first set (default: 0)',
    )  # fmt: skip
    options = parser.parse_args(arguments)
    return run_experiment(parser, options, lambda: _run(options.additions, options.first))


def _run(additions: int, first: int) -> bool:
    """Ask and tell; returns whether all promises were kept."""
    found = []
    for number, case in enumerate(cases(additions, first)):
        found.append(case)
        broken = f'; BROKEN: {", ".join(case.broken)}' if case.broken else ''
        answer = 'admitted' if case.admitted else 'refused'
        print(f'{number}: {answer}: {case.reason}{broken}', flush=True)
    admitted = [case for case in found if case.admitted]
    failed = sum(bool(case.broken) for case in admitted)
    print(
        f'{len(found)} additions, {len(admitted)} admitted, {failed} of these break a promise; '
        f'{device_name()}'
    )
    return not failed


if __name__ == '__main__':
    sys.exit(main())
