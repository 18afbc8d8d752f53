# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl simulate`: what becomes of tasks under a policy."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import Enum

from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.simulation.summary import Summary, summarize, summarize_tasks
from rtmdl_ros.simulation.task_file import TaskSet, read_task_file
from rtmdl_ros.simulation.task_sets import random_slow_downs, random_task_set
from rtmdl_ros.workload.arguments import path, positive, whole
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.places import PlaceError, try_files
from rtmdl_ros.workload.records import Packing, Policy
from rtmdl_ros.workload.text_file import unwritten, write_whole
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S

EXAMPLES = """examples:
  rtmdl simulate
      six random tasks for 10 s: what becomes of each
  rtmdl simulate --task-set config/task_set.yaml
      your own tasks, with the times of their stages
  rtmdl simulate --tasks 8 --utilization 1.6 --lanes 1 --policy edf
      under load, one stage at a time on the accelerator
  rtmdl simulate --sets 50 --seed 7 --json figures.json
      fifty task sets, one line each
"""

#: Of a random task set: how many tasks, and their utilization.
_TASKS, _LOAD = 6, 1.0
_COUNT = whole(1, 10**6)
#: One task set: its seed, all its jobs together, each task.
_Result = tuple[int, Summary, tuple[Summary, ...]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl simulate`."""
    parser.description = (
        'Run the scheduler in virtual time on the tasks of a file or on random ones, each a chain\n'
        'of a CPU stage, one to three accelerator stages and a CPU stage.'
    )
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter

    def add(
        option: str, kind: Callable[[str], object], metavar: str, default: object, words: str
    ) -> None:
        words += ' (default: %(default)s)'
        parser.add_argument(option, type=kind, metavar=metavar, default=default, help=words)

    parser.add_argument(
        '--task-set', type=path, metavar='FILE', help='tasks and slow-downs; without: random ones'
    )
    for option, kind, metavar, words in (
        ('--tasks', _COUNT, 'N', f'tasks in a random set (default: {_TASKS})'),
        ('--utilization', positive, 'U', f'its sum of stage time / period (default: {_LOAD:g})'),
    ):
        parser.add_argument(option, type=kind, metavar=metavar, help=words)
    node = NodeParameters()  # defaults are the node's
    add('--sets', _COUNT, 'K', 1, 'how often, each with its own seed from --seed on')
    add('--seed', int, 'S', 0, 'of random tasks and slow-downs, of releases and stage times')
    add('--duration', positive, 'S', 10.0, 'seconds of virtual time')
    _add_choice(parser, '--policy', Policy, Policy(node.policy), 'what is served first')
    add('--cpu-workers', _COUNT, 'N', node.cpu_workers, 'CPU stages at once')
    add('--lanes', _COUNT, 'N', node.lanes, 'accelerator stages at once')
    _add_choice(
        parser, '--packing', Packing, Packing(node.packing),
        'when a free worker or lane takes a stage',
    )  # fmt: skip
    parser.add_argument('--json', type=path, metavar='FILE', help='also write the figures there')


def run(options: argparse.Namespace) -> int:
    """Print the figures; return 0, 1 where they cannot be written, 2 for impossible tasks."""
    try:
        _refuse_both(options)
        try_files({'--json': options.json}, {'--task-set': options.task_set})
        given = read_task_file(options.task_set) if options.task_set else None
        seeds = range(options.seed, options.seed + options.sets)
        results = [_simulate(options, given or _random(options, seed), seed) for seed in seeds]
    except ValueError as error:
        print(f'rtmdl simulate: {error}', file=sys.stderr)
        return 2
    except PlaceError as error:
        print(f'rtmdl simulate: {error}', file=sys.stderr)
        return 1
    status = 0
    if options.json:
        try:
            write_whole(options.json, json.dumps(_figures(options, results), indent=2) + '\n')
        except OSError as error:
            print(f'rtmdl simulate: {unwritten(error)}', file=sys.stderr)
            status = 1
    _print(results)
    return status


def _refuse_both(options: argparse.Namespace) -> None:
    for name in ('tasks', 'utilization') if options.task_set else ():
        if getattr(options, name) is not None:
            raise ValueError(f'--{name} is of random tasks; leave it out, or --task-set')


def _random(options: argparse.Namespace, seed: int) -> TaskSet:
    tasks = random_task_set(seed, options.tasks or _TASKS, options.utilization or _LOAD)
    return TaskSet(tasks, random_slow_downs(seed, tasks))


def _simulate(options: argparse.Namespace, task_set: TaskSet, seed: int) -> _Result:
    settings = SchedulerSettings(
        Policy(options.policy),
        options.cpu_workers,
        options.lanes,
        Packing(options.packing),
        task_set.slow_downs,
    )
    duration_ns = round(options.duration * NS_PER_S)
    jobs = simulate(task_set.tasks, settings, duration_ns=duration_ns, seed=seed)
    names = [each.task.name for each in task_set.tasks]
    return seed, summarize(f'seed {seed}', jobs), summarize_tasks(names, jobs)


def _print(results: Sequence[_Result]) -> None:
    from rich.console import Console
    from rich.table import Table

    # Without frame and with broken headings it fits 80 columns.
    counts = ('re-\nleased', 'on\ntime', 'late', 'super-\nseded', 'dis-\ncarded', 'missed')
    caption = 'missed: all but on time; p50 to max: response times in ms'
    table = Table(box=None, padding=(0, 1, 0, 0), caption=caption)
    table.add_column('jobs of', no_wrap=True)
    for column in (*counts, 'p50', 'p95', 'p99', 'max'):
        table.add_column(column, justify='right', no_wrap=True)
    # Of one set its tasks are of interest, of many the sets.
    for _, total, parts in results:
        for part in (*parts, total) if len(results) == 1 else (total,):
            table.add_row(*_cells(part))
    # Names of tasks may have brackets.
    Console(markup=False, highlight=False).print(table)


def _cells(part: Summary) -> list[str]:
    counts = (part.released, part.on_time, part.late, part.superseded, part.discarded)
    times = asdict(part.response).values() if part.response else ()
    return [
        part.name,
        *(str(count) for count in counts),
        f'{part.miss_ratio:.2%}',
        *(f'{time_ns / NS_PER_MS:.2f}' for time_ns in times),
    ]


def _figures(options: argparse.Namespace, results: Sequence[_Result]) -> dict[str, object]:
    names = ('duration', 'policy', 'cpu_workers', 'lanes', 'packing')
    tasks: dict[str, object] = {'task_set': str(options.task_set)}
    if not options.task_set:
        tasks = {'tasks': options.tasks or _TASKS, 'utilization': options.utilization or _LOAD}
    return {
        'options': {**tasks, **{name: getattr(options, name) for name in names}},
        'sets': [
            {'seed': seed, **_record(total), 'tasks': [_record(part) for part in parts]}
            for seed, total, parts in results
        ],
    }


def _record(part: Summary) -> dict[str, object]:
    return {**asdict(part), 'miss_ratio': part.miss_ratio}


def _add_choice(
    parser: argparse.ArgumentParser, option: str, choices: type[Enum], default: Enum, words: str
) -> None:
    values = [choice.value for choice in choices]
    words += ' (default: %(default)s)'
    parser.add_argument(option, choices=values, default=default.value, help=words)
