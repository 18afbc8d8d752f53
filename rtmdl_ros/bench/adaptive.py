# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Does choosing variants at run time pay? `make bench-choice` disturbs two tasks to find out.

Lights and signs run on one camera at a rate that suits the plan. Then frames come twice as often
for a while, and after that another process takes a core. Each round runs the plan as it is, the
plan that was made for the doubled rate, and the choice at run time, on the same disturbances.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import mean

from rtmdl_ros.bench.cameras import LEAD_NS, Camera
from rtmdl_ros.bench.command import (
    Advance,
    add_number,
    experiment_parser,
    print_table,
    progress_bar,
    run_experiment,
    write_json,
)
from rtmdl_ros.bench.contest import order_of
from rtmdl_ros.bench.hog import hog_at
from rtmdl_ros.bench.ladders import Ladders, accuracies_of, load_ladders
from rtmdl_ros.bench.networks import image_for, payload_of
from rtmdl_ros.bench.planned import LANES, FunctionPlan, planned_for, planned_workload
from rtmdl_ros.bench.shares import shares_of
from rtmdl_ros.bench.workloads import Workload, run_workload
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import Episode
from rtmdl_ros.workload.arguments import path, whole
from rtmdl_ros.workload.units import NS_PER_S

#: Load of the lanes by the most accurate variants while all is calm.
_CALM_LOAD = 1.2
_RATE = 2.0
FIXED, FIXED_FOR_BURST, RUN_TIME = 'plan', 'plan for the burst', 'run time'
CALM, BURST, HOG = 'calm', 'twice the rate', 'a core taken'
_EXAMPLES = """  make bench-choice
  python3 -m rtmdl_ros.bench.adaptive --rounds 5
"""


@dataclass(frozen=True)
class Script:
    """When what happens, in seconds."""

    calm_s: float
    burst_s: float
    hog_s: float

    @property
    def length_s(self) -> float:
        """All together: the two disturbances have calm before, between and after them."""
        return 3 * self.calm_s + self.burst_s + self.hog_s

    def phase(self, time_s: float) -> str:
        """Return what a job that is released then belongs to."""
        burst, hog = self.calm_s, 2 * self.calm_s + self.burst_s
        if burst <= time_s < burst + self.burst_s:
            return BURST
        return HOG if hog <= time_s < hog + self.hog_s else CALM


@dataclass(frozen=True)
class PhaseFigures:
    """A mode in a phase; means over the rounds, shares from 0 to 1."""

    mode: str
    phase: str
    miss_ratio: float
    #: Expected share of right answers, late ones counting as wrong.
    on_time_accuracy: float
    #: That of each round.
    each: tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table, write adaptive.json; returns 0."""
    parser = experiment_parser('adaptive', __doc__ or '', _EXAMPLES)
    add_number(parser, '--burst', 5.0, 'length of the burst in s')
    add_number(parser, '--hog', 10.0, 'time in s for which a core is taken')
    add_number(parser, '--calm', 5.0, 'time in s before, between and after them')
    parser.add_argument(
        '--rounds', type=whole(1, 99), default=3, metavar='N',
        help='of all modes, 1 to 99 (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument('--zoo', type=path, default=default_zoo_dir(), help='(default: shipped)')
    options = parser.parse_args(arguments)
    script = Script(options.calm, options.burst, options.hog)
    return run_experiment(
        parser,
        options,
        lambda: run(
            load_ladders(options.cache_dir, options.zoo), options.out, script, options.rounds
        )
    )


def run(ladders: Ladders, out: Path, script: Script, rounds: int) -> bool:
    """Plan, run and tell; returns True."""
    calm = planned_for(ladders.profile, _CALM_LOAD, seconds=5.0)
    fast = planned_for(ladders.profile, _CALM_LOAD * _RATE, seconds=5.0)
    modes = {
        FIXED: workload(ladders, calm, script, fixed=True),
        # The other plan's variants at the rate of this one.
        FIXED_FOR_BURST: workload(ladders, calm.with_variants(fast), script, fixed=True),
        RUN_TIME: workload(ladders, calm, script, fixed=False),
    }
    scheduler = SchedulerSettings(lanes=LANES, slow_downs=ladders.profile.slow_downs)
    # Keeps each stage of the most accurate variants busy.
    image = image_for([list(each.values())[-1] for each in ladders.pipelines.values()])
    payload = partial(payload_of, image)
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with progress_bar('plan and run time', rounds * len(modes) * script.length_s) as advance:
        for number in range(rounds):
            for mode in order_of(list(modes), number):
                reports = _run(modes[mode], payload, script, scheduler, advance)
                for phase, shares in by_phase(reports, script, ladders).items():
                    found.setdefault((mode, phase), []).append(shares)
    rows = [
        PhaseFigures(
            mode, phase, mean(m for m, _ in each), mean(a for _, a in each),
            tuple(a for _, a in each),
        )
        for (mode, phase), each in sorted(found.items(), key=_place)
    ]  # fmt: skip
    print_table(
        'On-time accuracy of plans and of choosing at run time',
        ('phase', 'mode', 'missed', 'on-time\naccuracy', 'each round'),
        [_cells(row) for row in rows],
        f'Plan: {calm.in_words()}. Plan for the burst: {fast.in_words()}. Accuracy: of the '
        'variants on validation pictures, late answers counting as wrong.',
    )
    figures = {'script': asdict(script), 'rounds': rounds, 'rows': [asdict(row) for row in rows]}
    write_json(out / 'adaptive.json', figures)
    return True


def workload(ladders: Ladders, planned: FunctionPlan, script: Script, *, fixed: bool) -> Workload:
    """Return lights and signs on one camera that is faster for a while."""
    start_s, end_s = script.calm_s, script.calm_s + script.burst_s
    burst = Episode(round(start_s * NS_PER_S), round(end_s * NS_PER_S), _RATE)
    tasks = planned_workload(ladders, planned, fixed=fixed)
    camera = Camera(tuple(each.task.name for each in tasks), planned.period_ns, 0, (burst,))
    return Workload(tasks, (camera,))


def by_phase(
    reports: Sequence[JobReport], script: Script, ladders: Ladders
) -> dict[str, tuple[float, float]]:
    """Return miss ratio and on-time accuracy of the jobs of each phase."""
    start_ns = min(report.release_ns for report in reports)
    phases: dict[str, list[JobReport]] = {}
    for report in reports:
        phase = script.phase((report.release_ns - start_ns) / NS_PER_S)
        phases.setdefault(phase, []).append(report)
    accuracies = accuracies_of(ladders)
    shares = {phase: shares_of(jobs, accuracies) for phase, jobs in phases.items()}
    return {phase: (each.miss_ratio, each.on_time_accuracy) for phase, each in shares.items()}


def _run(
    workload: Workload,
    payload: Callable[[int], Work],
    script: Script,
    scheduler: SchedulerSettings,
    advance: Advance,
) -> tuple[JobReport, ...]:
    with hog_at(LEAD_NS / NS_PER_S + 2 * script.calm_s + script.burst_s, script.hog_s):
        return run_workload(workload, payload, script.length_s, scheduler, advance)


def _place(item: tuple[tuple[str, str], object]) -> tuple[int, int]:
    mode, phase = item[0]
    return (CALM, BURST, HOG).index(phase), (FIXED, FIXED_FOR_BURST, RUN_TIME).index(mode)


def _cells(row: PhaseFigures) -> list[str]:
    return [
        row.phase if row.mode == FIXED else '',
        row.mode,
        f'{row.miss_ratio:.1%}',
        f'{row.on_time_accuracy:.3f}',
        ' '.join(f'{value:.3f}' for value in row.each),
    ]


if __name__ == '__main__':
    sys.exit(main())
