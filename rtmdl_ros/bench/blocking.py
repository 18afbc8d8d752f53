# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""For how long is the most urgent task blocked by others? `make bench-blocking` prints it.

At most by one segment of a network, is the promise; see `rtmdl_ros.bench.block_counts`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rtmdl_ros.bench.block_counts import Blocking, blockings
from rtmdl_ros.bench.command import (
    add_number,
    experiment_parser,
    print_table,
    progress_bar,
    run_experiment,
    write_json,
)
from rtmdl_ros.bench.networks import load_networks, payload_of
from rtmdl_ros.bench.workloads import make_workload, run_workload
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.units import NS_PER_MS

#: The most urgent task first.
_CAMERAS = {
    'front': ('traffic_light', 'traffic_sign'),
    'rear': ('traffic_light', 'traffic_sign'),
}
_EXAMPLES = """  make bench-blocking
  python3 -m rtmdl_ros.bench.blocking --seconds 60 --load 1.3
"""


@dataclass(frozen=True)
class StageBlocking:
    """What happened to all jobs at one stage."""

    stage: str
    jobs: int
    #: Jobs that had to wait for at least one stage of others.
    blocked: int
    #: Most stages that one of them waited for.
    most_stages: int
    #: Time that they waited for them, 99th percentile and longest, of all jobs.
    p99_ms: float
    max_ms: float


def by_stage(found: Sequence[Blocking]) -> tuple[StageBlocking, ...]:
    """Sum up by stage, in the order of the first job."""
    rows = []
    for stage in dict.fromkeys(each.stage for each in found):
        own = [each for each in found if each.stage == stage]
        times = sorted(each.blocked_ns for each in own)
        rows.append(
            StageBlocking(
                stage,
                len(own),
                sum(each.stages > 0 for each in own),
                max(each.stages for each in own),
                quantile(times, 0.99) / NS_PER_MS,
                times[-1] / NS_PER_MS,
            )
        )
    return tuple(rows)


def longest_of_others(task: str, reports: Sequence[JobReport]) -> float:
    """Return the longest stage of other tasks on a lane, in milliseconds; 0 without any."""
    times = [
        span.duration_ns
        for report in reports
        for span in report.spans
        if report.task != task and span.on_lane
    ]
    return max(times, default=0) / NS_PER_MS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table, write blocking.json; returns 0 if no job waited for two stages."""
    parser = experiment_parser(
        'blocking',
        'Run four tasks of two cameras on one lane and tell for how many stages of others the\n'
        'most urgent of them waits. Exit status 0: never for more than one.',
        _EXAMPLES,
    )
    add_number(parser, '--seconds', 30.0, 'length of the run')
    add_number(parser, '--load', 0.95, "share of the lane's time that the tasks ask for")
    options = parser.parse_args(arguments)
    return run_experiment(
        parser,
        options,
        lambda: run(options.cache_dir, options.out, options.seconds, options.load)
    )


def run(cache_dir: Path, out: Path, seconds: float, load: float) -> bool:
    """Measure and tell; returns whether the promise was kept."""
    networks = load_networks(cache_dir, tasks=4)
    workload = make_workload(networks.functions, _CAMERAS, load)
    with progress_bar('four tasks on one lane', seconds) as advance:
        payload = partial(payload_of, networks.image)
        reports = run_workload(workload, payload, seconds, SchedulerSettings(), advance)
    urgent = workload.tasks[0].task
    found = blockings(urgent, reports)
    longest_ms = longest_of_others(urgent.name, reports)
    rows = by_stage(found)
    print_table(
        f'{urgent.name}: blocked by others',
        ('stage', 'jobs', 'blocked', 'most stages', 'p99 ms', 'max ms'),
        [
            (row.stage, str(row.jobs), str(row.blocked), str(row.most_stages),
             f'{row.p99_ms:.2f}', f'{row.max_ms:.2f}')
            for row in rows
        ],
        f'Load of the lane {load:g}. Longest stage of others: {longest_ms:.2f} ms.',
    )  # fmt: skip
    write_json(
        out / 'blocking.json',
        {
            'seconds': seconds,
            'load': load,
            'task': urgent.name,
            'longest_stage_of_others_ms': longest_ms,
            'stages': [asdict(row) for row in rows],
        },
    )
    kept = all(row.most_stages <= 1 for row in rows)
    print('kept: never more than one stage' if kept else 'BROKEN: more than one stage')
    return kept


if __name__ == '__main__':
    sys.exit(main())
