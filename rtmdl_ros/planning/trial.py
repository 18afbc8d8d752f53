# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A problem's tasks in virtual time, on its executors."""

from __future__ import annotations

from collections.abc import Sequence

from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.simulation.records import Episode, SimulatedJob, SimulatedTask
from rtmdl_ros.simulation.simulate import simulate


def simulate_on_device(
    problem: Problem,
    tasks: Sequence[SimulatedTask],
    *,
    seed: int,
    duration_ns: int,
    episodes: Sequence[Episode] = (),
) -> tuple[SimulatedJob, ...]:
    """Simulate tasks as the device of a problem would run them; see `simulate`."""
    return simulate(
        tasks, problem.scheduler, duration_ns=duration_ns, seed=seed, episodes=episodes
    )
