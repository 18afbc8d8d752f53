# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Does a process that runs the runtime keep its size? `make bench-memory` watches it for minutes.

What is kept by design is bounded, but takes minutes to fill, and would look like a leak. So the
statistics are filled first, by jobs that go through all stages without running a network, and the
trace is a short one, which has turned over within the warm-up.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from rtmdl_ros.bench.cameras import release_frames
from rtmdl_ros.bench.command import (
    ExperimentError,
    add_number,
    experiment_parser,
    print_table,
    progress_bar,
    run_experiment,
    write_json,
)
from rtmdl_ros.bench.memory_samples import MemorySample, Sampler, fitted
from rtmdl_ros.bench.networks import LoadedNetworks, load_networks, payload_of, slow_downs_of
from rtmdl_ros.bench.workloads import RunnableTask, Workload, add_tasks, make_workload
from rtmdl_ros.runtime.accounting import MAX_SAMPLES
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.runtime.served import StageFunction
from rtmdl_ros.runtime.trace import Trace
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.arguments import whole
from rtmdl_ros.workload.units import NS_PER_S

_CAMERAS = {'front': ('traffic_light', 'traffic_sign')}
_LOAD = 0.9
_LANES = 2
#: Jobs in the trace: some 30 s of both tasks.
_TRACED = 2000
_PATIENCE_S = 30.0
_EXAMPLES = """  make bench-memory
  make bench-memory ARGS='--duration 3600'
"""


class Bypass:
    """Lets jobs go through their stages without doing what these do, as long as it is open."""

    def __init__(self) -> None:
        """Begin open."""
        self.open = True

    def around(self, function: StageFunction) -> StageFunction:
        """Return a stage that is left out while the bypass is open."""
        return lambda payload: False if self.open else function(payload)

    def of(self, workload: Workload) -> Workload:
        """Return the workload with all its stages so."""
        return replace(workload, tasks=tuple(map(self._of_task, workload.tasks)))

    def _of_task(self, task: RunnableTask) -> RunnableTask:
        chains = {name: tuple(map(self.around, chain)) for name, chain in task.stages.items()}
        return replace(task, stages=chains)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write memory.json and memory.png; returns 0 if the memory stays flat."""
    parser = experiment_parser(
        'memory',
        'Run both tasks on two lanes, take the resident memory of the process every second and\n'
        'fit a line to it. Exit status 0: it rises and falls by less than the limit.',
        _EXAMPLES,
    )
    add_number(parser, '--duration', 600.0, 'seconds to run, with the warm-up')
    add_number(parser, '--warm-up', 60.0, 'seconds that do not count')
    add_number(parser, '--limit', 100.0, 'most kB (1024 bytes) a minute that are called flat')
    parser.add_argument(
        '--fill', type=whole(0, 10**6), default=MAX_SAMPLES, metavar='N',
        help='jobs of each task that fill the statistics first (default: %(default)s)',
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if options.duration - options.warm_up < 3:
        parser.error('--duration must be longer than --warm-up by at least 3 s')
    return run_experiment(
        parser,
        options,
        lambda: run(
            options.cache_dir, options.out, options.duration, options.warm_up, options.limit,
            options.fill,
        )
    )  # fmt: skip


def run(
    cache_dir: Path, out: Path, duration_s: float, warm_up_s: float, limit: float, fill: int
) -> bool:
    """Measure and tell; returns whether |slope| is below `limit` kB a minute."""
    networks = load_networks(cache_dir, tasks=2)
    samples, jobs = _watch(networks, duration_s, fill)
    counted = [sample for sample in samples if sample.seconds >= warm_up_s]
    line = fitted(counted)
    flat = abs(line.kb_per_min) < limit
    sizes_mb = [sample.rss_kb / 1024 for sample in counted]
    figures = {
        'slope, kB/min': f'{line.kb_per_min:+.1f}',
        'least, MB': f'{min(sizes_mb):.1f}',
        'most, MB': f'{max(sizes_mb):.1f}',
        'jobs': str(jobs),
        'samples': str(len(counted)),
    }
    print_table(
        'Resident memory', ('figure', 'value'), list(figures.items()),
        f'{duration_s:g} s, without the first {warm_up_s:g} s; MB and kB of 1024.',
    )  # fmt: skip
    print(f'{"flat" if flat else "NOT FLAT"}: the limit is {limit:g} kB/min')
    write_json(
        out / 'memory.json',
        {
            'duration_s': duration_s,
            'warm_up_s': warm_up_s,
            'limit_kb_per_min': limit,
            'slope_kb_per_min': line.kb_per_min,
            'flat': flat,
            'jobs': jobs,
            'samples': [asdict(sample) for sample in samples],
        },
    )
    from rtmdl_ros.bench.memory_picture import draw_memory

    draw_memory(samples, line, warm_up_s, out / 'memory.png')
    print(f'picture: {out / "memory.png"}')
    return flat


def _watch(
    networks: LoadedNetworks, duration_s: float, fill: int
) -> tuple[Sequence[MemorySample], int]:
    """Return the samples of a run, and how many jobs were released in it."""
    bypass = Bypass()
    workload = bypass.of(make_workload(networks.functions, _CAMERAS, _LOAD))
    payload = partial(payload_of, networks.image)
    ended = threading.Semaphore(0)

    def on_end(report: JobReport) -> None:
        ended.release()

    scheduler = SchedulerSettings(lanes=_LANES, slow_downs=slow_downs_of(networks))
    runtime = Runtime(scheduler, on_end=on_end)
    runtime.trace = Trace(_TRACED)
    add_tasks(runtime, workload)
    runtime.start()
    try:
        _fill(runtime, workload, fill, ended)
        bypass.open = False
        # Statistics are asked for as by the node.
        with progress_bar('watching', duration_s) as advance, Sampler(runtime.statistics) as taken:
            duration_ns = round(duration_s * NS_PER_S)
            jobs = release_frames(runtime, workload.cameras, duration_ns, payload, advance)
    finally:
        runtime.stop(timeout_s=5.0)
    return taken.samples, jobs


def _fill(runtime: Runtime, workload: Workload, jobs: int, ended: threading.Semaphore) -> None:
    """Let so many jobs of each task run through, one of each at a time."""
    names = [each.task.name for each in workload.tasks]
    with progress_bar('filling the statistics', jobs) as advance:
        for _ in range(jobs):
            runtime.release_all(dict.fromkeys(names), time.monotonic_ns())
            for _ in names:
                if not ended.acquire(timeout=_PATIENCE_S):
                    raise ExperimentError(
                        f'a job has not ended within {_PATIENCE_S:g} s; is the machine overloaded?'
                    )
            advance(1)


if __name__ == '__main__':
    sys.exit(main())
