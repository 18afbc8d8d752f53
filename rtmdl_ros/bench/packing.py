# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What does packing give? `make bench-packing` runs two networks on one lane and on two.

The traffic lights are the more urgent task, with their period as deadline; the signs may take
four periods, so that they show what the lanes can do and not what a deadline lets through. A
network alone keeps one core busy. Where there is a second one, idle, packing should pay; where
the lane has time to spare, or both lanes share one core, it cannot.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from rtmdl_ros.bench.cameras import Camera
from rtmdl_ros.bench.command import (
    Advance,
    ExperimentError,
    add_number,
    experiment_parser,
    print_table,
    progress_bar,
    run_experiment,
    write_json,
)
from rtmdl_ros.bench.networks import LoadedNetworks, load_networks, payload_of, slow_downs_of
from rtmdl_ros.bench.packing_figures import (
    GREEDY,
    GUARDED,
    MODES,
    SERIAL,
    ModeFigures,
    mode_figures,
    order_of,
    run_figures,
)
from rtmdl_ros.bench.workloads import Workload, run_workload, runnable
from rtmdl_ros.runtime.real_time import RealTimeSettings, on_cores, set_up, usable_cores
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.arguments import whole
from rtmdl_ros.workload.records import Packing
from rtmdl_ros.workload.slow_downs import SlowDowns

_URGENT, _OTHER = 'traffic_light', 'traffic_sign'
#: Deadline / period of the less urgent task.
_PATIENCE = 4
_FIFO_PRIORITY = 50
_EXAMPLES = """  make bench-packing
  python3 -m rtmdl_ros.bench.packing --rounds 9 --seconds 10
"""


@dataclass(frozen=True)
class Case:
    """Cores to run on, and the share of a lane's time that each task asks for."""

    name: str
    cores: int
    urgent_load: float
    other_load: float


CASES = (
    Case('2 cores, load 1.5', 2, 0.5, 1.0),
    Case('2 cores, load 0.5', 2, 0.2, 0.3),
    Case('1 core, load 1.5', 1, 0.5, 1.0),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table, write packing.json; returns 0."""
    parser = experiment_parser(
        'packing',
        'Run the lights (urgent) and the signs on one lane, on two guarded and on two greedy,\n'
        'in pairs and in alternating order: where a core is idle, where the lane has time to\n'
        'spare, and on one core, where packing cannot pay. Needs two cores.',
        _EXAMPLES,
    )
    add_number(parser, '--seconds', 4.0, 'length of each of the runs, nine a round')
    parser.add_argument(
        '--rounds', type=whole(1, 99), default=5, metavar='N',
        help='of each case, 1 to 99 (default: %(default)s)',
    )  # fmt: skip
    options = parser.parse_args(arguments)
    return run_experiment(
        parser,
        options,
        lambda: run(options.cache_dir, options.out, options.seconds, options.rounds)
    )


def run(cache_dir: Path, out: Path, seconds: float, rounds: int) -> bool:
    """Measure and tell; returns True. Raises ExperimentError on a machine of one core."""
    networks = load_networks(cache_dir, tasks=2)
    figures: dict[str, tuple[ModeFigures, ...]] = {}
    slow: dict[str, float] = {}
    with progress_bar('one lane and two', len(CASES) * len(MODES) * rounds * seconds) as advance:
        for case in CASES:
            with on_cores(first_cores(case.cores)):
                slow_downs = slow_downs_of(networks)
                slow[case.name] = max(slow_downs.factors.values())
                figures[case.name] = _measure(networks, case, slow_downs, seconds, rounds, advance)
    rows = [_cells(name, row) for name, modes in figures.items() for row in modes]
    refused = bool(set_up(RealTimeSettings(fifo_priority=_FIFO_PRIORITY)))
    fifo = 'off, it is not permitted' if refused else 'on, except on one core'
    worst = ', '.join(f'{factor:.2f} ({name})' for name, factor in slow.items())
    print_table(
        'Finished jobs a second, two lanes by one',
        ('case', 'lanes', 'jobs/s', 'median', 'each round', 'urgent\nmissed'),
        rows,
        f'Ratios: to the serial run of the round. Worst slow-down measured: {worst}. '
        f'SCHED_FIFO: {fifo}.',
    )
    cases = [
        {
            **asdict(case),
            'worst_slow_down': slow[case.name],
            'modes': [{**asdict(row), 'ratio': row.ratio} for row in figures[case.name]],
        }
        for case in CASES
    ]
    write_json(
        out / 'packing.json',
        {'seconds': seconds, 'rounds': rounds, 'fifo': not refused, 'cases': cases},
    )
    return True


def first_cores(count: int) -> tuple[int, ...]:
    """Return so many of the cores that this process may use.

    Raises ExperimentError where there are fewer.
    """
    cores = usable_cores()
    if len(cores) < count:
        raise ExperimentError(
            f'{count} cores are needed, this process may use {len(cores)}: see taskset(1)'
        )
    return cores[:count]


def real_time_settings(lanes: int) -> RealTimeSettings:
    """Return what a car would set: a core for each lane, SCHED_FIFO where it is permitted.

    A lane that wakes up beside another on its core is not at once moved to an idle one. All lanes
    on a single core stay under usual time sharing: the cameras' thread needs that core too.
    """
    cores = usable_cores()
    settings = RealTimeSettings(lane_cores=cores[:lanes])
    with_fifo = replace(settings, fifo_priority=_FIFO_PRIORITY)
    return settings if len(cores) == 1 or set_up(with_fifo) else with_fifo


def case_workload(networks: LoadedNetworks, case: Case) -> Workload:
    """Return the two tasks, each with a camera of its own."""
    tasks, cameras = [], []
    loads = {_URGENT: case.urgent_load, _OTHER: case.other_load}
    for number, (name, load) in enumerate(loads.items()):
        loaded = networks.functions[name]
        period_ns = round(loaded.lane_ns / load)
        each = runnable(name, name, loaded, period_ns, -number)
        if name == _OTHER:
            each = replace(each, task=replace(each.task, deadline_ns=_PATIENCE * period_ns))
        tasks.append(each)
        cameras.append(Camera((name,), period_ns, number * period_ns // 3))
    return Workload(tuple(tasks), tuple(cameras))


def _measure(
    networks: LoadedNetworks,
    case: Case,
    slow_downs: SlowDowns,
    seconds: float,
    rounds: int,
    advance: Advance,
) -> tuple[ModeFigures, ...]:
    workload = case_workload(networks, case)
    payload = partial(payload_of, networks.image)
    schedulers = {
        SERIAL: SchedulerSettings(),
        GUARDED: SchedulerSettings(lanes=2, slow_downs=slow_downs),
        GREEDY: SchedulerSettings(lanes=2, packing=Packing.GREEDY),
    }
    results = []
    for number in range(rounds):
        of_round = {}
        for mode in order_of(number):
            scheduler = schedulers[mode]
            reports = run_workload(
                workload, payload, seconds, scheduler, advance,
                real_time=real_time_settings(scheduler.lanes),
            )  # fmt: skip
            of_round[mode] = run_figures(reports, _URGENT, seconds)
        results.append(of_round)
    return mode_figures(results)


def _cells(case: str, row: ModeFigures) -> list[str]:
    return [
        case if row.mode == SERIAL else '',
        '1' if row.mode == SERIAL else f'2 {row.mode}',
        f'{row.finished_per_s:.1f}',
        '' if row.mode == SERIAL else f'{row.ratio:.2f}',
        '' if row.mode == SERIAL else ' '.join(f'{ratio:.2f}' for ratio in row.ratios),
        f'{row.urgent_miss_ratio:.1%}',
    ]


if __name__ == '__main__':
    sys.exit(main())
