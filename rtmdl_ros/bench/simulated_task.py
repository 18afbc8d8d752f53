# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is run, as it is simulated."""

from collections.abc import Mapping, Sequence

from rtmdl_ros.bench.workloads import RunnableTask
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.simulation.records import SimulatedTask


def simulated_task(
    runnable: RunnableTask, profile: Profile, arrivals: Mapping[str, Sequence[int]] | None = None
) -> SimulatedTask:
    """Return a task with the times of a profile, its frames at given instants or regularly."""
    task = runnable.task
    times = profile.stage_times(runnable.function)
    chosen = {variant.name: times[variant.name] for variant in task.variants}
    arrivals_ns = tuple(arrivals[task.name]) if arrivals is not None else None
    return SimulatedTask(task, times[task.base], variant_times=chosen, arrivals_ns=arrivals_ns)
