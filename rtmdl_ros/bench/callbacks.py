# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What teams do today, as baselines: a real rclpy node that infers in its callbacks.

Camera and node are processes of their own (`rtmdl_ros.node.baseline`) with ROS 2 topics between
them. A frame's release is its publication: what it takes to get to the callback is part of what
teams pay. All run the largest variants in the same pipelines. Four ways:

* torch or ONNX Runtime, in the multi-threaded executor: a thread for each core, each network in
  one thread, as on our lanes;
* the same in the single-threaded executor, each network in as many threads as there are cores.

Threads that wait sleep in all four: beside busy processes, OpenMP's spinning ones made a network
twenty times as slow.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.bench.cameras import frame_times
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.evidence.callback_plan import ONNX, TORCH, CallbackPlan, CallbackTask
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.runtime.real_time import usable_cores

#: As many threads as rclpy gives the multi-threaded executor at least.
_LEAST_THREADS = 2


@dataclass(frozen=True)
class CallbackWay:
    """One of the four."""

    name: str
    #: TORCH or ONNX.
    engine: str
    #: Whether in a SingleThreadedExecutor.
    single: bool


_ALL = (
    CallbackWay('ros2_callback', TORCH, single=False),
    CallbackWay('ros2_callback_single', TORCH, single=True),
    CallbackWay('ros2_callback_onnx', ONNX, single=False),
    CallbackWay('ros2_callback_single_onnx', ONNX, single=True),
)
CALLBACKS = {way.name: way for way in _ALL}


@dataclass(frozen=True)
class CallbackSetting:
    """A way, ready to be run on a scenario."""

    #: Of the way.
    name: str
    plan: CallbackPlan
    #: Nothing is done about jobs that can no longer be on time.
    late_words: str = ''
    #: All callbacks are alike to the executor.
    urgent: str = ''

    @property
    def lanes(self) -> int:
        """Threads that infer side by side."""
        return self.plan.executor_threads

    def in_words(self) -> str:
        """Return the variants of the tasks."""
        return ', '.join(f'{name} {task.variant}' for name, task in self.plan.tasks.items())


def ros_installed() -> bool:
    """Return whether the baselines can be run here: rclpy and the workspace are there."""
    return all(importlib.util.find_spec(name) for name in ('rclpy', 'rtmdl_ros.msg'))


def callback_setting(
    way: CallbackWay, scenario: Scenario, profile: Profile, zoo_dir: Path, cache_dir: Path
) -> CallbackSetting:
    """Return what the processes of a run need to know."""
    cores = len(usable_cores())
    cameras = dict(zip(scenario.cameras(), scenario.spec.cameras, strict=True))
    frames = tuple(
        (time_ns, cameras[camera])
        for time_ns, camera in frame_times(list(cameras), scenario.duration_ns)
    )
    away: dict[str, list[tuple[int, int]]] = {name: [] for name in scenario.spec.tasks}
    for camera in cameras:
        for each in camera.absences:
            away[each.task].append((each.start_ns, each.end_ns))
    tasks = {
        name: CallbackTask(
            task.function, profile.functions[task.function][-1].name, task.camera,
            tuple(away[name]),
        )
        for name, task in scenario.spec.tasks.items()
    }  # fmt: skip
    plan = CallbackPlan(
        way.engine,
        executor_threads=1 if way.single else max(_LEAST_THREADS, cores),
        engine_threads=cores if way.single else 1,
        zoo_dir=str(zoo_dir.resolve()),
        cache_dir=str(cache_dir.resolve()),
        tasks=tasks,
        frames=frames,
    )
    return CallbackSetting(way.name, plan)
