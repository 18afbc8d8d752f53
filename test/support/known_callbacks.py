# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A workload for baselines, 0.16 s long, of known_profile."""

from pathlib import Path

from known_profile import known_profile

from rtmdl_ros.bench.callbacks import CALLBACKS, callback_setting
from rtmdl_ros.bench.scenario import scenario_of
from rtmdl_ros.bench.workload_file import CameraSpec, Disturbance, Kind, TaskSpec, WorkloadSpec

MS = 1_000_000
SPEC = WorkloadSpec(
    'mine', '', None,
    {'front': CameraSpec(40.0), 'rear': CameraSpec(50.0, 0.5)},
    {'light': TaskSpec('traffic_light', 'front'), 'sign': TaskSpec('traffic_sign', 'rear', 2.0)},
    (
        Disturbance(Kind.ABSENT, 0.0, 0.25, 'light'),
        Disturbance(Kind.ABSENT, 0.75, 1.0, 'light'),
        Disturbance(Kind.DEADLINE, 0.5, 1.0, 'sign', 0.5),
    ),
)  # fmt: skip


SCENARIO = scenario_of(SPEC, known_profile(), 0.16)


def setting(name):
    """Return one of the four ways on it."""
    zoo_dir, cache_dir = Path('/zoo'), Path('/cache')
    return callback_setting(CALLBACKS[name], SCENARIO, known_profile(), zoo_dir, cache_dir)
