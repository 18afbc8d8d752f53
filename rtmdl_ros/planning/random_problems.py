# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random profiles and problems: for benchmarks, tests and tries without a device."""

from __future__ import annotations

import math
from itertools import product
from random import Random

from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.profiling.profile import (
    STEPS,
    NetworkProfile,
    Profile,
    StageProfile,
    VariantProfile,
)
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS

#: What the mean chain of all tasks takes of lanes, on average over their variants.
_LOAD = (0.8, 1.6)
_PERIODS_MS = (20.0, 33.3, 50.0, 66.7, 100.0)
_MOST_CAMERAS = 3
_LANES = _CPU_WORKERS = 2


def random_problem(seed: int, tasks: int, variants: int, *, load: float = 1.0) -> Problem:
    """Draw tasks with a function each, and what their variants take and are worth.

    Periods are those of up to three cameras, from 10 to 50 Hz, deadlines 0.6 to 1 of them. The
    largest variants of all tasks together ask for 1.6 to 3.2 times what two lanes have, the least
    for about a tenth of that, CPU stages for 0.3 to 0.7 of two CPU workers. Accuracies rise with
    the time and ever more slowly, from 0.4 to 0.7 up to 0.7 to 0.98. `load` multiplies what all
    of them ask for. Raises PlanningError for counts that make no problem.
    """
    rng = Random(f'problem {seed}')
    names = [f'task{number}' for number in range(tasks)]
    shares = [rng.uniform(0.5, 1.5) for _ in names]
    whole = 2.0 * rng.uniform(*_LOAD) * _LANES * load
    periods = [rng.choice(_PERIODS_MS) for _ in range(min(_MOST_CAMERAS, (tasks + 1) // 2))]
    planned, functions, networks = [], {}, {}
    for name, share in zip(names, shares, strict=True):
        camera = rng.randrange(len(periods))
        period_ms = periods[camera]
        largest_ms = min(period_ms * 0.9, period_ms * whole * share / sum(shares))
        cpu_ms = period_ms * min(0.3, rng.uniform(0.3, 0.7) * _CPU_WORKERS * load / tasks)
        chain = _random_variants(rng, name, largest_ms, cpu_ms, variants)
        functions[name] = chain
        for number, variant in enumerate(chain, start=1):
            network_bytes = 100_000 + 1_400_000 * number // len(chain)
            networks[variant.networks[0]] = NetworkProfile(
                5_000_000 + 10 * network_bytes, network_bytes, 8_000
            )
        planned.append(
            PlannedTask(
                name,
                name,
                round(period_ms * NS_PER_MS),
                round(period_ms * rng.uniform(0.6, 1.0) * NS_PER_MS),
                weight=rng.choice((0.5, 1.0, 1.0, 2.0)),
                miss_limit=rng.choice((0.02, 0.05, 0.1)),
                camera=f'camera{camera}',
            )
        )
    slow_downs = _slow_downs(rng, names, functions)
    profile = Profile({'device': f'random {seed}'}, functions, networks, slow_downs)
    return Problem(tuple(planned), profile, cpu_workers=_CPU_WORKERS, lanes=_LANES, seed=seed)


def _random_variants(
    rng: Random, name: str, largest_ms: float, cpu_ms: float, count: int
) -> tuple[VariantProfile, ...]:
    least, best, bend = rng.uniform(0.4, 0.7), rng.uniform(0.7, 0.98), rng.uniform(2.0, 5.0)
    before_ms = cpu_ms * rng.uniform(0.2, 0.8)
    spread = rng.uniform(0.1, 0.5)
    variants = []
    for number in range(count):
        share = 1.0 if count == 1 else 0.1 + 0.9 * number / (count - 1)
        gain = (1.0 - math.exp(-bend * share)) / (1.0 - math.exp(-bend))
        network = f'{name}_network/v{number:02d}'
        stages = (
            _stage('prepare', Resource.CPU, '', before_ms, spread),
            _stage('detect', Resource.ACCELERATOR, network, largest_ms * share, spread / 3),
            _stage('finish', Resource.CPU, '', cpu_ms - before_ms, spread),
        )
        accuracy = round(least + (best - least) * gain, 4)
        variants.append(VariantProfile(f'v{number:02d}', accuracy, (network,), stages))
    return tuple(variants)


def _stage(
    name: str, resource: Resource, network: str, mean_ms: float, spread: float
) -> StageProfile:
    """Return a stage with a long tail, as measured times have."""
    shares = [(step + 0.5) / (STEPS + 1) for step in range(STEPS + 1)]
    times = [mean_ms * (1.0 - spread / 2 + spread * share**3) for share in shares]
    quantiles = tuple(round(time_ms * NS_PER_MS) for time_ms in times)
    return StageProfile(name, resource, network, quantiles, round(quantiles[-1] * 1.2))


def _slow_downs(
    rng: Random, names: list[str], functions: dict[str, tuple[VariantProfile, ...]]
) -> SlowDowns:
    """Draw for each pair of tasks, as variants of one network mostly behave alike."""
    factors = {}
    for first, second in product(names, names):
        factor = rng.uniform(1.05, 1.5)
        for one, other in product(functions[first], functions[second]):
            factors[one.networks[0], other.networks[0]] = factor
    return SlowDowns(factors)
