# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks of several cameras at a chosen load, and their run on the real runtime."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rtmdl_ros.bench.cameras import Camera, Change, release_frames
from rtmdl_ros.bench.command import Advance, ExperimentError
from rtmdl_ros.bench.networks import LoadedFunction
from rtmdl_ros.runtime.interpreter import freeze_garbage, thaw_garbage
from rtmdl_ros.runtime.real_time import RealTimeSettings, above_lanes
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.runtime.served import StageFunction
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import Outcome, Task
from rtmdl_ros.workload.units import NS_PER_S

#: Each further camera is slower by this, so that the cameras drift through all phases.
_SLOWER = 1.23
#: Longest wait for the last jobs, and for running stages after that.
_DRAIN_S = 30.0
_STOP_S = 5.0


@dataclass(frozen=True)
class RunnableTask:
    """A task with the functions of its stages."""

    task: Task
    #: What it computes; tasks of one function take the same times.
    function: str
    #: By variant; of a task without as ''.
    stages: Mapping[str, tuple[StageFunction, ...]]


@dataclass(frozen=True)
class Workload:
    """Tasks and the cameras that release their jobs."""

    tasks: tuple[RunnableTask, ...]
    cameras: tuple[Camera, ...]


def camera_periods(lane_ns: Sequence[int], load: float) -> tuple[int, ...]:
    """Return the period of each camera in nanoseconds for a load of the lane.

    lane_ns holds for each camera how long one of its frames keeps the lane; the load is the sum
    of time / period. Each camera is slower than the one before.
    """
    base_ns = sum(ns / _SLOWER**number for number, ns in enumerate(lane_ns)) / load
    return tuple(round(base_ns * _SLOWER**number) for number in range(len(lane_ns)))


def make_workload(
    functions: Mapping[str, LoadedFunction], cameras: Mapping[str, Sequence[str]], load: float
) -> Workload:
    """Let each camera have some functions; their tasks are called function_camera.

    The load is that of the lane, above 0. Deadlines are periods. The first is the most urgent.
    """
    lane_ns = [sum(functions[name].lane_ns for name in names) for names in cameras.values()]
    periods = camera_periods(lane_ns, load)
    tasks: list[RunnableTask] = []
    released = []
    for number, (camera, names) in enumerate(cameras.items()):
        period_ns = periods[number]
        for name in names:
            tasks.append(
                runnable(f'{name}_{camera}', name, functions[name], period_ns, -len(tasks))
            )
        own = tuple(f'{name}_{camera}' for name in names)
        released.append(Camera(own, period_ns, round(number * periods[0] / 3)))
    return Workload(tuple(tasks), tuple(released))


def runnable(
    name: str, function: str, loaded: LoadedFunction, period_ns: int, priority: int
) -> RunnableTask:
    """Make a task whose deadline is its period."""
    task = Task(name, loaded.stages, period_ns, period_ns, priority)
    stages = tuple(stage.run for stage in loaded.pipeline.stages)
    return RunnableTask(task, function, {'': stages})


def add_tasks(runtime: Runtime, workload: Workload) -> None:
    """Add all tasks of a workload."""
    for each in workload.tasks:
        runtime.add_task(each.task, each.stages)


def run_workload(
    workload: Workload,
    payload: Callable[[int], object],
    seconds: float,
    scheduler: SchedulerSettings,
    advance: Advance,
    changes: Sequence[Change] = (),
    keep: Callable[[object], object] = lambda payload: None,
    real_time: RealTimeSettings | None = None,
) -> tuple[JobReport, ...]:
    """Release jobs for some seconds and wait for all; returns their reports.

    `payload` makes one from the number of its frame, `changes` are made on the way: see
    `cameras.release_frames`. Reports have in place of the payload what `keep` makes of it.
    Raises ExperimentError for jobs that failed or do not end.
    """
    reports: list[JobReport] = []
    real_time = real_time or RealTimeSettings()
    runtime = Runtime(
        scheduler,
        real_time=real_time,
        # Payloads hold whole tensors: with them a minute would fill the memory.
        on_end=lambda report: reports.append(replace(report, payload=keep(report.payload))),
    )
    add_tasks(runtime, workload)
    freeze_garbage()  # as the node does
    runtime.start()
    try:
        with above_lanes(real_time):
            released = release_frames(
                runtime, workload.cameras, round(seconds * NS_PER_S), payload, advance, changes
            )
        _await_all(reports, released)
    finally:
        runtime.stop(_STOP_S)
        thaw_garbage()
    return tuple(reports)


def _await_all(reports: Sequence[JobReport], released: int) -> None:
    end_s = time.monotonic() + _DRAIN_S
    while len(reports) < released:
        if time.monotonic() > end_s:
            missing = released - len(reports)
            raise ExperimentError(f'{missing} jobs do not end; is the machine overloaded?')
        time.sleep(0.005)
    failed = [report for report in reports if report.outcome is Outcome.FAILED]
    if failed:
        raise ExperimentError(f'task {failed[0].task} failed: {failed[0].detail}')
