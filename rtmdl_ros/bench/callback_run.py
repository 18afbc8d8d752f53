# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One run of camera and node, each in a process of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rtmdl_ros.bench.callback_jobs import jobs_of
from rtmdl_ros.bench.callbacks import CallbackSetting
from rtmdl_ros.bench.command import Advance, ExperimentError
from rtmdl_ros.bench.hog import hog_at
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.evidence.callback_plan import (
    PUBLISHED,
    READY,
    START,
    read_answers,
    write_plan,
)
from rtmdl_ros.evidence.domains import free_domain_id
from rtmdl_ros.evidence.processes import Child, ProcessError, end_all
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.runtime.real_time import calm_openmp
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.text_file import write_whole
from rtmdl_ros.workload.units import NS_PER_S

_CAMERA, _NODE = 'rtmdl_ros.node.baseline.camera', 'rtmdl_ros.node.baseline.callbacks'
#: Longest start, networks exported first; longest end of a process. Seconds.
_START_S, _END_S = 300.0, 30.0
#: From the end of the warm-up to the first frame: what it has begun is through by then.
_LEAD_NS = NS_PER_S
#: For jobs of the last frames, after the longest deadline.
_DRAIN_S = 0.5
_LOOK_S = 0.05


def run_callbacks(
    setting: CallbackSetting, scenario: Scenario, frames: Sequence[Frame], advance: Advance
) -> tuple[JobReport, ...]:
    """Run a baseline once, all that disturbs included. Raises ExperimentError.

    Its processes start and load some seconds before the run.
    """
    calm_openmp()
    with TemporaryDirectory(prefix='rtmdl_bench_') as name:
        try:
            return _run(setting, scenario, frames, Path(name), advance)
        except ProcessError as error:
            raise ExperimentError(str(error)) from error


def _run(
    setting: CallbackSetting,
    scenario: Scenario,
    frames: Sequence[Frame],
    folder: Path,
    advance: Advance,
) -> tuple[JobReport, ...]:
    shown = frames[: len(setting.plan.frames)]
    write_plan(folder, setting.plan, [frame.image() for frame in shown])
    with ExitStack() as over:
        domain_id = free_domain_id(os.getpid())
        children = camera, node = [_started(each, folder, domain_id) for each in (_CAMERA, _NODE)]
        over.callback(end_all, children, 0.0)
        _await(setting, (folder / READY).exists, children, _START_S)
        for start_s, length_s in scenario.hogs():
            over.enter_context(hog_at(_LEAD_NS / NS_PER_S + start_s, length_s))
        write_whole(folder / START, str(time.monotonic_ns() + _LEAD_NS))
        _await(setting, camera.ended, children, scenario.seconds + _END_S, advance)
        time.sleep(_DRAIN_S + max(t.deadline_ns for t in scenario.planned_tasks()) / NS_PER_S)
        node.interrupt()
        _await(setting, node.ended, children, _END_S)
    published_ns = json.loads((folder / PUBLISHED).read_text(encoding='utf-8'))
    return jobs_of(setting.plan, scenario, shown, published_ns, read_answers(folder))


def _started(module: str, folder: Path, domain_id: int) -> Child:
    """Start a module with the folder as its argument; its output goes to a log there."""
    # What this process finds, '' being the folder it is in, the other one finds as well.
    search_path = os.pathsep.join(os.path.abspath(path) for path in sys.path)
    return Child(
        module,
        [sys.executable, '-m', module, str(folder)],
        os.environ | {'PYTHONPATH': search_path, 'ROS_DOMAIN_ID': str(domain_id)},
        folder / f'{module}.log',
        log_stays=False,
    )


def _await(
    setting: CallbackSetting,
    done: Callable[[], bool],
    children: Sequence[Child],
    most_s: float,
    advance: Advance = lambda seconds: None,
) -> None:
    start_s = last_s = time.monotonic()
    while not done():
        for child in children:
            child.ended()
        time.sleep(_LOOK_S)
        now_s = time.monotonic()
        advance(now_s - last_s)
        last_s = now_s
        if now_s - start_s > most_s:
            raise ExperimentError(
                f'camera and node of {setting.name} do not get on; is ROS 2 sourced and the '
                'machine not overloaded?'
            )
