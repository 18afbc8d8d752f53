# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the runtime adds to a job: `python3 -m rtmdl_ros.bench.hand_over` prints it."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.arguments import whole
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Policy, Resource, Stage, Task

_STAGE_S = 0.001
_PAUSE_S = 0.003
_DEADLINE_NS = 60_000_000_000


@dataclass(frozen=True)
class HandOver:
    """Costs in nanoseconds, median and 99th percentile."""

    jobs: int
    #: From the end of a stage to the start of the next on another thread.
    hand_over_p50_ns: int
    hand_over_p99_ns: int
    #: Response time minus the job's own stage times, of a chain of three stages.
    added_p50_ns: int
    added_p99_ns: int


def measure_hand_over(jobs: int, busy: bool) -> HandOver:
    """Run `jobs` jobs (CPU, lane, CPU; 1 ms sleeps) one at a time and return what is added.

    `busy` keeps another thread computing in Python meanwhile.
    """
    ended: SimpleQueue[JobReport] = SimpleQueue()
    runtime = Runtime(SchedulerSettings(Policy.FIFO), on_end=ended.put)
    kinds = (Resource.CPU, Resource.ACCELERATOR, Resource.CPU)
    stages = tuple(Stage(f'stage {number}', kind) for number, kind in enumerate(kinds))
    runtime.add_task(Task('probe', stages, _DEADLINE_NS, _DEADLINE_NS), [_nap] * len(stages))
    idle = threading.Event()
    if busy:
        threading.Thread(target=_spin, args=(idle,), daemon=True).start()
    runtime.start()
    reports = []
    for _ in range(jobs):
        runtime.release('probe', None, time.monotonic_ns())
        reports.append(ended.get())
        time.sleep(_PAUSE_S)
    runtime.stop(timeout_s=5.0)
    idle.set()
    return _summary(reports)


def _nap(payload: object) -> bool:
    time.sleep(_STAGE_S)
    return False


def _spin(idle: threading.Event) -> None:
    while not idle.is_set():
        sum(number * number for number in range(1000))


def _summary(reports: Sequence[JobReport]) -> HandOver:
    gaps = sorted(
        after.start_ns - before.end_ns
        for report in reports
        for before, after in zip(report.spans, report.spans[1:], strict=False)
    )
    added = sorted(report.response_ns - report.stages_ns for report in reports)
    return HandOver(
        jobs=len(reports),
        hand_over_p50_ns=quantile(gaps, 0.5),
        hand_over_p99_ns=quantile(gaps, 0.99),
        added_p50_ns=quantile(added, 0.5),
        added_p99_ns=quantile(added, 0.99),
    )


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description='Cost of the runtime, in microseconds.')
    parser.add_argument('--jobs', type=whole(1, 10**6), default=500)
    parser.add_argument('--busy', action='store_true', help='beside a busy Python thread')
    options = parser.parse_args(arguments)
    cost = measure_hand_over(options.jobs, options.busy)
    print(
        f'{cost.jobs} jobs; hand-over between threads: median {cost.hand_over_p50_ns / 1e3:.1f}, '
        f'p99 {cost.hand_over_p99_ns / 1e3:.1f}; added to a job of three stages: '
        f'median {cost.added_p50_ns / 1e3:.1f}, p99 {cost.added_p99_ns / 1e3:.1f} microseconds'
    )


if __name__ == '__main__':
    main(sys.argv[1:])
