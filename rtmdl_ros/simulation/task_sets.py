# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random task sets for experiments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from random import Random

from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.workload.records import Resource, Stage, Task
from rtmdl_ros.workload.slow_downs import SlowDowns

#: A sum so close to its limit that this many vectors were discarded counts as impossible.
_ATTEMPTS = 100_000
_PERIODS_NS = (10_000_000, 100_000_000)
#: Of the period.
_DEADLINES = (0.6, 1.0)
_MOST_SEGMENTS = 3
#: Of a chain's time.
_ACCELERATOR_SHARE = 0.7


def uunifast_discard(rng: Random, tasks: int, utilization: float, limit: float) -> list[float]:
    """Draw `tasks` utilizations with the given sum, each at most `limit`, without bias.

    UUniFast (Bini and Buttazzo, Measuring the performance of schedulability tests, 2005); vectors
    with an entry above `limit` are discarded (Davis and Burns, Priority assignment for global
    fixed priority pre-emptive scheduling in multiprocessor real-time systems, 2009).

    Raises ValueError for less than one task, a sum that is not above 0, and one that cannot be
    reached (or hardly ever) within the limit.
    """
    if tasks < 1:
        raise ValueError(f'tasks is {tasks}; at least 1 is needed')
    if not 0.0 < utilization < math.inf:
        raise ValueError(f'utilization is {utilization}; it must be above 0')
    if utilization <= tasks * limit:
        for _ in range(_ATTEMPTS):
            shares = _uunifast(rng, tasks, utilization)
            if max(shares) <= limit:
                return shares
    raise ValueError(
        f'{tasks} tasks do not reach a utilization of {utilization:g} with at most {limit:g} each, '
        'or hardly ever; give more tasks or less utilization'
    )


def _uunifast(rng: Random, tasks: int, utilization: float) -> list[float]:
    shares = []
    left = utilization
    for others in range(tasks - 1, 0, -1):
        rest = left * rng.random() ** (1.0 / others)
        shares.append(left - rest)
        left = rest
    return [*shares, left]


def random_task_set(
    seed: int,
    tasks: int,
    utilization: float,
) -> tuple[SimulatedTask, ...]:
    """Draw tasks: CPU stage, one to three accelerator stages, CPU stage.

    `utilization` is the sum over the tasks of the chain's time by the period; of each chain the
    accelerator has 0.7. Periods are log-uniform from 10 to 100 ms; deadlines uniform from 0.6 of
    the period, or the chain's time, to 1. Stage times are constant and known to the scheduler.
    Priorities are deadline monotonic. Raises ValueError as `uunifast_discard` does.
    """
    rng = Random(f'tasks {seed}')
    # A task above the upper deadline could not even meet it alone.
    least, most = _DEADLINES
    drawn = []
    for share in uunifast_discard(rng, tasks, utilization, most):
        period = round(math.exp(rng.uniform(*map(math.log, _PERIODS_NS))))
        deadline_ns = round(period * rng.uniform(max(least, share), most))
        times = _stage_times(rng, share * period, rng.randint(1, _MOST_SEGMENTS))
        drawn.append((period, deadline_ns, times, rng.randrange(period)))
    urgency = sorted(range(tasks), key=lambda index: -drawn[index][1])
    return tuple(
        SimulatedTask(
            Task(f'task{index}', _stages(index, times), period, limit, urgency.index(index)),
            tuple((time_ns,) for time_ns in times),
            offset,
        )
        for index, (period, limit, times, offset) in enumerate(drawn)
    )


def _stage_times(rng: Random, total_ns: float, segments: int) -> list[int]:
    """Split a chain's time; each stage takes at least 1 ns, as 0 would mean: not known."""
    before = rng.uniform(0.2, 0.8)
    weights = [rng.uniform(0.5, 1.5) for _ in range(segments)]
    cpu_ns = (1.0 - _ACCELERATOR_SHARE) * total_ns
    parts = [_ACCELERATOR_SHARE * total_ns * weight / sum(weights) for weight in weights]
    return [max(1, int(part)) for part in (cpu_ns * before, *parts, cpu_ns * (1.0 - before))]


def _stages(index: int, times: Sequence[int]) -> tuple[Stage, ...]:
    last = len(times) - 1
    stages = [Stage('prepare', Resource.CPU, times[0], times[0])]
    for number, time_ns in enumerate(times[1:-1]):
        segment = f'task{index}.segment{number}'
        stages.append(Stage(f'segment{number}', Resource.ACCELERATOR, time_ns, time_ns, segment))
    return (*stages, Stage('finish', Resource.CPU, times[last], times[last]))


def random_slow_downs(seed: int, tasks: Sequence[SimulatedTask]) -> SlowDowns:
    """Draw how much each two segments of the tasks slow each other down: 1.0 to 2.0, uniform.

    A segment beside itself too: two jobs of one task may be on the accelerator at once.
    """
    rng = Random(f'slow-downs {seed}')
    segments = [stage.segment for each in tasks for stage in each.task.stages if stage.segment]
    pairs = product(segments, segments)
    return SlowDowns({pair: rng.uniform(1.0, 2.0) for pair in pairs})
