# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Small problems made by hand, whose best plans can be told by reckoning."""

from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.profiling.profile import (
    STEPS,
    NetworkProfile,
    Profile,
    StageProfile,
    VariantProfile,
)
from rtmdl_ros.workload.records import Packing, Resource

MS = 1_000_000
#: Accelerator times in ms and accuracies of the variants 'small', 'medium' and 'large'.
VARIANTS = (('small', 2, 0.5), ('medium', 4, 0.7), ('large', 8, 0.8))


def stage(name, resource, network, time_ms):
    """Return a stage that always takes the same time."""
    time_ns = round(time_ms * MS)
    return StageProfile(name, resource, network, (time_ns,) * (STEPS + 1), time_ns)


def variant(function, name, time_ms, accuracy, cpu_ms=1):
    """Return a variant: CPU, accelerator, CPU."""
    network = f'{function}_network/{name}'
    stages = (
        stage('prepare', Resource.CPU, '', cpu_ms),
        stage('detect', Resource.ACCELERATOR, network, time_ms),
        stage('finish', Resource.CPU, '', cpu_ms),
    )
    return VariantProfile(name, accuracy, (network,), stages)


def profile(*functions, variants=VARIANTS):
    """Return a profile; variant k of a function takes k MB of memory and k * 0.1 MB of weights."""
    return Profile(
        {'processor': 'hand-made'},
        {f: tuple(variant(f, *each) for each in variants) for f in functions},
        {
            f'{f}_network/{name}': NetworkProfile(k * 1_000_000, k * 100_000, 1_000)
            for f in functions
            for k, (name, *_) in enumerate(variants, start=1)
        },
    )


def task(name, period_ms=20, deadline_ms=20, **fields):
    """Return a task whose function has its name."""
    return PlannedTask(name, name, period_ms * MS, deadline_ms * MS, **fields)


def problem(*tasks, variants=VARIANTS, **fields):
    """Return a problem on one CPU worker and one lane, greedily packed, if not told otherwise."""
    fields = {'cpu_workers': 1, 'lanes': 1, 'packing': Packing.GREEDY, **fields}
    functions = dict.fromkeys(each.function for each in tasks)
    return Problem(tasks, profile(*functions, variants=variants), **fields)
