# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How good plans are and how long they take: `make bench-planning` prints it."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import product

from rtmdl_ros.bench.command import add_number, run_experiment, write_json
from rtmdl_ros.planning.candidate import Candidate, orders_of
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.fitness import objective
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.planning.random_problems import random_problem
from rtmdl_ros.planning.search import Found, search
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.workload.arguments import path, positive, whole

_EXAMPLES = """examples:
  make bench-planning
      a few problems of each kind, and four times the time; some minutes
  make bench-planning ARGS='--problems 20 --factor 100'
      what the targets say: many hours
  make bench-planning ARGS='--simulations 130'
      the same effort on any machine, however busy: 130 took 10 s of a core of an AMD EPYC
"""


@dataclass(frozen=True)
class Size:
    """How large problems are."""

    name: str
    tasks: int
    variants: int
    #: Time for a search in seconds.
    seconds: float


@dataclass(frozen=True)
class Row:
    """A problem searched. Objectives as in `planning.fitness`; times in seconds."""

    size: str
    seed: int
    #: Of the search, by its own simulations for the exact one, by the confirming ones elsewhere.
    reached: float
    #: What it is compared with: of all candidates, or of a longer search.
    best: float
    exact: bool
    simulations: float
    wall_s: float
    #: Of this process.
    cpu_s: float

    @property
    def shortfall(self) -> float | None:
        """By which part of the best the search is below it; 1 where only it breaks a constraint.

        None where the best breaks one, too: violations are no parts of an accuracy.
        """
        if self.best < 0.0 and self.reached < 0.0:
            return None
        if self.reached >= self.best:
            return 0.0
        return 1.0 if self.reached < 0.0 else (self.best - self.reached) / self.best


def exhaustive(problem: Problem) -> float:
    """Return the largest objective of all candidates by simulating each of them.

    One that has missed too much already to become the best is not simulated to its end.
    """
    evaluator = Evaluator(problem, believe_test=False)
    best = -math.inf
    orders = list(orders_of(problem))
    for variants in product(*(range(len(allowed)) for allowed in problem.allowed)):
        for order in orders:
            fitness = evaluator.fitness(Candidate(variants, order), max(best, -1e9))
            if fitness.exact:
                best = max(best, objective(fitness))
    return best


def compared_with_all(seed: int, size: Size) -> Row:
    """Search a problem without haste, and simulate all its candidates."""
    problem = random_problem(seed, size.tasks, size.variants)
    found, wall_s, cpu_s = _timed(problem, size.seconds, math.inf)
    best = exhaustive(problem)
    return _row(size, seed, found, objective(found.searched), best, wall_s, cpu_s)


def compared_with_longer(
    seed: int, size: Size, factor: float, simulations: float = math.inf
) -> Row:
    """Search a problem, and again in `factor` times the time (1: not again)."""
    problem = random_problem(seed, size.tasks, size.variants)
    seconds = size.seconds if simulations == math.inf else math.inf
    found, wall_s, cpu_s = _timed(problem, seconds, simulations)
    best = reached = objective(found.fitness)
    if factor > 1.0:
        longer = search(problem, seconds=factor * seconds, simulations=factor * simulations)
        best = max(best, objective(longer.fitness))
    return _row(size, seed, found, reached, best, wall_s, cpu_s)


def _timed(problem: Problem, seconds: float, simulations: float) -> tuple[Found, float, float]:
    wall_s, cpu_s = time.monotonic(), time.process_time()
    found = search(problem, seconds=seconds, simulations=simulations)
    return found, time.monotonic() - wall_s, time.process_time() - cpu_s


def _row(
    size: Size, seed: int, found: Found, reached: float, best: float, wall_s: float, cpu_s: float
) -> Row:
    return Row(
        size.name, seed, reached, best, found.exact, found.simulations, wall_s, cpu_s
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; returns 0, or 1 where the figures cannot be written."""
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.bench.planning',
        description='Plan random tasks on 2 CPU workers and 2 lanes: 3 of 12 variants beside all\n'
        'candidates, 6 of 12 beside a longer search, 16 of 16 for the time that it takes.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--problems', type=whole(1, 10_000), default=4, metavar='N',
        help='of each size (default: 4)',
    )  # fmt: skip
    parser.add_argument(
        '--first', type=whole(0, 2**31 - 1), default=0, metavar='SEED',
        help='of the first (default: 0)',
    )  # fmt: skip
    add_number(parser, '--factor', 4.0, 'how much longer the other search is')
    parser.add_argument(
        '--simulations', type=positive, default=math.inf, metavar='N',
        help='that 6 tasks get, in place of 10 s',
    )  # fmt: skip
    parser.add_argument('--sizes', nargs='+', choices=('3', '6', '16'), default=('3', '6', '16'))
    parser.add_argument('--quick', action='store_true', help='tiny problems, to see that it works')
    parser.add_argument('--json', type=path, metavar='FILE', help='also write the figures there')
    options = parser.parse_args(arguments)
    return run_experiment(parser, options, lambda: _run(options))


def _run(options: argparse.Namespace) -> bool:
    """Search and tell; returns True. Raises OSError where the figures cannot be written."""
    rows = list(_rows(options))
    print_rows(rows)
    if options.json:
        write_json(options.json, {'rows': [asdict(row) for row in rows]})
    return True


def _rows(options: argparse.Namespace) -> Iterable[Row]:
    sizes = {
        '3': Size('3 x 12', 3, 12, 600.0),
        '6': Size('6 x 12', 6, 12, 10.0),
        '16': Size('16 x 16', 16, 16, 60.0),
    }
    seeds: Iterable[int] = range(options.first, options.first + options.problems)
    factor, simulations = options.factor, options.simulations
    if options.quick:
        sizes = {'3': Size('2 x 3', 2, 3, 600.0), '6': Size('6 x 12', 6, 12, 10.0)}
        seeds, factor, simulations = range(options.first, options.first + 1), 1.5, 6.0
    for name, size in sizes.items():
        if name not in options.sizes:
            continue
        for seed in seeds:
            if name == '3':
                row = compared_with_all(seed, size)
            else:
                longer = factor if name == '6' else 1.0
                limit = simulations if name == '6' else math.inf
                row = compared_with_longer(seed, size, longer, limit)
            print(f'{size.name}, seed {seed}: {row.reached:.4f} of {row.best:.4f}', flush=True)
            yield row


def print_rows(rows: Sequence[Row]) -> None:
    """Print a line for each size of problem."""
    from rich.console import Console
    from rich.table import Table

    caption = (
        f'{device_name()}. Below the best: of all candidates (3 tasks) or of the longer search '
        '(6 tasks), in % of it; problems whose best breaks a limit do not count there. Seconds and '
        'simulations of a search: means, and the most.'
    )
    table = Table(box=None, padding=(0, 2, 0, 0), caption=caption)
    table.add_column('tasks x\nvariants')
    columns = ('problems', 'keep all\nlimits', 'below the best,\nmean, %', 'at worst,\n%',
               'within\n1 %', 'simu-\nlations', 'seconds', 'processor\nseconds')  # fmt: skip
    for column in columns:
        table.add_column(column, justify='right')
    for name in dict.fromkeys(row.size for row in rows):
        table.add_row(*_cells(name, [row for row in rows if row.size == name]))
    Console(highlight=False).print(table)


def _cells(name: str, rows: Sequence[Row]) -> list[str]:
    count = len(rows)
    shortfalls = [row.shortfall for row in rows if row.shortfall is not None]
    walls, cpus = [row.wall_s for row in rows], [row.cpu_s for row in rows]
    return [
        name,
        str(count),
        str(sum(row.reached >= 0.0 for row in rows)),
        f'{100 * sum(shortfalls) / len(shortfalls):.2f}' if shortfalls else '–',
        f'{100 * max(shortfalls):.2f}' if shortfalls else '–',
        f'{sum(shortfall <= 0.01 for shortfall in shortfalls)} of {len(shortfalls)}',
        f'{sum(row.simulations for row in rows) / count:.0f}',
        f'{sum(walls) / count:.1f} / {max(walls):.1f}',
        f'{sum(cpus) / count:.1f} / {max(cpus):.1f}',
    ]


if __name__ == '__main__':
    sys.exit(main())
