# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Is the simulation true? `make bench-fidelity` runs workloads and simulates them.

Each workload runs on the real runtime, and in virtual time with stage times measured in a run
before it and with those of the same run. On a lane they count from the decision to start on, as
plans have them. Beside that: what handing over to the CPU worker takes added as well.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rtmdl_ros.bench.command import (
    Advance,
    add_number,
    experiment_parser,
    print_table,
    progress_bar,
    run_experiment,
    write_json,
)
from rtmdl_ros.bench.fidelity_figures import (
    ALL,
    MEAN_POINTS,
    P95_OFF,
    WORST_POINTS,
    Behaviour,
    Comparison,
    Samples,
    behaviours,
    behaviours_of_reports,
    simulated_tasks,
    stage_samples,
    verdict,
)
from rtmdl_ros.bench.networks import LoadedNetworks, load_networks, payload_of
from rtmdl_ros.bench.workloads import Workload, make_workload, run_workload
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_S

_BOTH = ('traffic_light', 'traffic_sign')
#: (load of the lane, functions of each camera); the first is the most urgent.
_WORKLOADS: tuple[tuple[float, Mapping[str, Sequence[str]]], ...] = (
    (0.4, {'front': _BOTH}),
    (0.7, {'front': _BOTH, 'rear': ('traffic_light',)}),
    (0.9, {'front': _BOTH, 'rear': _BOTH}),
    (1.1, {'front': _BOTH, 'rear': _BOTH}),
    (1.5, {'front': _BOTH, 'rear': _BOTH}),
)
#: Where stage times come from: a run before, the same with all hand-overs, the same run.
_BEFORE, _HANDING, _SAME = 'before', 'before, handing over', 'same run'
_SEEDS = range(5)
_SCHEDULER = SchedulerSettings(cpu_workers=1, lanes=1)
_EXAMPLES = """  make bench-fidelity
  python3 -m rtmdl_ros.bench.fidelity --seconds 60 --calibration 20
"""


@dataclass(frozen=True)
class Workbook:
    """A workload's figures: by source of the stage times, then by task, and of ALL."""

    name: str
    load: float
    by_source: Mapping[str, Mapping[str, Comparison]]

    def tasks(self, source: str) -> list[Comparison]:
        """Return the comparisons of the single tasks."""
        return [each for name, each in self.by_source[source].items() if name != ALL]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write fidelity.json and fidelity.png; returns 0 if the targets are met."""
    parser = experiment_parser(
        'fidelity',
        'Run five workloads, from light to overloaded, on one CPU worker and one lane; simulate\n'
        'them with the stage times measured, and compare. Exit status 0: the targets are met.',
        _EXAMPLES,
    )
    add_number(parser, '--seconds', 20.0, 'length of each run')
    add_number(parser, '--calibration', 8.0, 'length of the run before it for stage times')
    options = parser.parse_args(arguments)
    return run_experiment(
        parser,
        options,
        lambda: run(options.cache_dir, options.out, options.seconds, options.calibration)
    )


def run(cache_dir: Path, out: Path, seconds: float, calibration_s: float) -> bool:
    """Measure, simulate and tell; returns whether the targets are met."""
    from rtmdl_ros.bench.fidelity_picture import draw_fidelity

    networks = load_networks(cache_dir, tasks=4)
    with progress_bar('workloads', len(_WORKLOADS) * (seconds + calibration_s)) as advance:
        books = []
        for load, cameras in _WORKLOADS:
            workload = make_workload(networks.functions, cameras, load)
            books.append(_measure(networks, workload, load, (calibration_s, seconds), advance))
    verdicts = {
        source: verdict([book.by_source[source][ALL] for book in books])
        for source in (_BEFORE, _HANDING, _SAME)
    }
    result = verdicts[_BEFORE]
    _print(books)
    print(
        f'miss ratio off by {result.mean_points:.1f} points on average (target: {MEAN_POINTS:g}), '
        f'{result.worst_points:.1f} at worst\n(target: {WORST_POINTS:g}); p95 off by at worst '
        f'{result.worst_p95_ratio - 1:+.0%} (target: {P95_OFF:.0%}): '
        f'{"met" if result.met else "NOT MET"}'
    )
    figures = {
        'seconds': seconds,
        'calibration_s': calibration_s,
        'seeds': len(_SEEDS),
        'verdicts': {name: {**asdict(each), 'met': each.met} for name, each in verdicts.items()},
        'workloads': [asdict(book) for book in books],
    }
    write_json(out / 'fidelity.json', figures)
    path = out / 'fidelity.png'
    drawn = {book.name: (book.tasks(_BEFORE), book.tasks(_HANDING)) for book in books}
    draw_fidelity(drawn, ('stage times of a run before', 'these and all handing over'), path)
    print(f'picture: {path}')
    return result.met


def _measure(
    networks: LoadedNetworks,
    workload: Workload,
    load: float,
    lengths_s: tuple[float, float],
    advance: Advance,
) -> Workbook:
    payload = partial(payload_of, networks.image)
    before, reports = (
        run_workload(workload, payload, length_s, _SCHEDULER, advance) for length_s in lengths_s
    )
    real = behaviours_of_reports(reports)
    duration_ns = round(lengths_s[1] * NS_PER_S)

    def compare(samples: Samples) -> dict[str, Comparison]:
        simulated = simulated_behaviours(workload, samples, duration_ns)
        return {name: Comparison(real[name], simulated[name]) for name in real}

    return Workbook(
        f'{len(workload.tasks)} tasks, {load:g}',
        load,
        {
            _BEFORE: compare(stage_samples(workload, before)),
            _HANDING: compare(stage_samples(workload, before, tuple(Resource))),
            _SAME: compare(stage_samples(workload, reports)),
        },
    )


def simulated_behaviours(
    workload: Workload, samples: Samples, duration_ns: int
) -> dict[str, Behaviour]:
    """Simulate the workload with several seeds; returns what became of all their jobs."""
    tasks = simulated_tasks(workload, samples)
    jobs = [
        job
        for seed in _SEEDS
        for job in simulate(tasks, _SCHEDULER, duration_ns=duration_ns, seed=seed)
    ]
    return behaviours(jobs)


def _print(books: Sequence[Workbook]) -> None:
    print_table(
        'All tasks of a workload: real, and how far off the simulation is',
        ('workload,\nload', 'real:\nmissed', '\np95 ms', 'before:\npoints', '\np95',
         'handing:\npoints', '\np95', 'same:\npoints', '\np95'),
        [_cells(book) for book in books],
        'Points: simulated minus real miss ratio. p95: of response times, simulated by real. '
        'Stage times of a run before; of that with all handing over; of the same run.',
    )  # fmt: skip


def _cells(book: Workbook) -> list[str]:
    wholes = [comparisons[ALL] for comparisons in book.by_source.values()]
    real = wholes[0].real
    cells = [book.name, f'{real.miss_ratio:.1%}', _number(real.p95_ms, 1)]
    for whole in wholes:
        cells += [f'{whole.points:+.1f}', _number(whole.p95_ratio, 2)]
    return cells


def _number(value: float | None, digits: int) -> str:
    return '-' if value is None else f'{value:.{digits}f}'


if __name__ == '__main__':
    sys.exit(main())
