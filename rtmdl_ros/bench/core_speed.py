# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the core costs a job, and how fast the simulation is: `make bench-core` prints it."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.pool import Pool
from typing import TypeVar

from rtmdl_ros.bench.command import run_experiment
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.scheduling.commands import Command
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import Event
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.simulate import simulate_core
from rtmdl_ros.simulation.task_sets import random_slow_downs, random_task_set
from rtmdl_ros.workload.arguments import positive, whole
from rtmdl_ros.workload.records import Packing
from rtmdl_ros.workload.units import NS_PER_S

_TASKS = 6
_UTILIZATION = 1.0
_CPU_WORKERS = 2
_REPEATS = 5
_EXAMPLES = """examples:
  make bench-core
  python3 -m rtmdl_ros.bench.core_speed --seconds 600 --processes 4
"""


@dataclass(frozen=True)
class Setting:
    """A random task set on some executors, for some seconds of virtual time."""

    packing: Packing
    lanes: int
    seconds: float
    seed: int


@dataclass(frozen=True)
class CoreCost:
    """Time in the core alone."""

    jobs: int
    #: For all events of all jobs, in nanoseconds.
    spent_ns: int

    @property
    def us_per_job(self) -> float:
        """Microseconds for all events of a job."""
        return self.spent_ns / 1e3 / self.jobs


_AnyCore = TypeVar('_AnyCore', bound=Core)


class _RecordingCore(Core):
    """Keeps what it is fed with."""

    steps: list[tuple[int, tuple[Event, ...]]]

    def step(self, now_ns: int, events: Iterable[Event] = ()) -> list[Command]:
        self.steps.append((now_ns, tuple(events)))
        return super().step(now_ns, events)


def core_cost(setting: Setting) -> CoreCost:
    """Record what a simulation feeds its core with; time new ones that are fed with it again.

    Of several times the least: the others are disturbed.
    """
    core = _core(_RecordingCore, setting)
    core.steps = []
    jobs, _ = _simulate(core, setting)

    def feed() -> int:
        again = _core(Core, setting)
        start_ns = time.perf_counter_ns()
        for now_ns, events in core.steps:
            again.step(now_ns, events)
        return time.perf_counter_ns() - start_ns

    return CoreCost(jobs, min(feed() for _ in range(_REPEATS)))


def simulated_stages(setting: Setting) -> int:
    """Simulate; returns how many stages ran."""
    return _simulate(_core(Core, setting), setting)[1]


def _simulate(core: Core, setting: Setting) -> tuple[int, int]:
    """Return how many jobs ended and how many stages ran."""
    tasks = random_task_set(setting.seed, _TASKS, _UTILIZATION)
    jobs = simulate_core(
        core,
        tasks,
        duration_ns=round(setting.seconds * NS_PER_S),
        seed=setting.seed,
    )
    return len(jobs), sum(len(job.spans) for job in jobs)


def _core(kind: type[_AnyCore], setting: Setting) -> _AnyCore:
    tasks = random_task_set(setting.seed, _TASKS, _UTILIZATION)
    return kind(
        SchedulerSettings(
            cpu_workers=_CPU_WORKERS,
            lanes=setting.lanes,
            packing=setting.packing,
            slow_downs=random_slow_downs(setting.seed, tasks),
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; returns 0."""
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.bench.core_speed',
        description=f'Simulate {_TASKS} random tasks of utilisation {_UTILIZATION:g} under fixed\n'
        f'priority on {_CPU_WORKERS} CPU workers, one task set a process.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--seconds', type=positive, default=240.0, metavar='S',
        help='virtual time of a task set (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--processes', type=whole(1, 256), default=2, metavar='N',
        help='task sets at once (default: %(default)s)',
    )  # fmt: skip
    options = parser.parse_args(arguments)
    return run_experiment(
        parser, options, lambda: print_speeds(options.seconds, options.processes)
    )


def print_speeds(seconds: float, processes: int) -> bool:
    """Print a row for each kind of packing on one lane and on two; returns True."""
    from rich.console import Console
    from rich.table import Table

    caption = (
        f'{device_name()}. In the core: for all events of a job, alone, best of '
        f'{_REPEATS}. Simulation: {processes} processes; a stage event is the start or the end '
        'of a stage.'
    )
    table = Table(box=None, padding=(0, 2, 0, 0), caption=caption)
    table.add_column('packing')
    for column in ('lanes', 'in the core,\nus a job', 'stages/s', 'stage events/s'):
        table.add_column(column, justify='right')
    with get_context('spawn').Pool(processes, _leave_signals) as pool:
        _stages_per_second(pool, Packing.GUARDED, 1, 1.0, processes)  # loads the modules
        for packing in (Packing.GREEDY, Packing.GUARDED):
            for lanes in (1, 2):
                cost = core_cost(Setting(packing, lanes, seconds / 8, seed=0))
                speed = _stages_per_second(pool, packing, lanes, seconds, processes)
                figures = (f'{cost.us_per_job:.1f}', f'{speed:,.0f}', f'{2 * speed:,.0f}')
                table.add_row(packing.value, str(lanes), *figures)
    Console(highlight=False).print(table)
    return True


def _leave_signals() -> None:
    """Leave Ctrl-C to the parent, which then ends its pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stages_per_second(
    pool: Pool, packing: Packing, lanes: int, seconds: float, processes: int
) -> float:
    settings = [Setting(packing, lanes, seconds, seed) for seed in range(processes)]
    start_ns = time.perf_counter_ns()
    stages = sum(pool.map(simulated_stages, settings, chunksize=1))
    return stages * NS_PER_S / (time.perf_counter_ns() - start_ns)


if __name__ == '__main__':
    sys.exit(main())
