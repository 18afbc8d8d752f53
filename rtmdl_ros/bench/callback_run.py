# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One run of camera and node, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
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
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.runtime.real_time import calm_openmp
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.text_file import write_whole

_CAMERA, _NODE = 'rtmdl_ros.node.baseline.camera', 'rtmdl_ros.node.baseline.callbacks'
#: Longest start, networks exported first; longest end of a process. Seconds.
_START_S, _END_S = 300.0, 30.0
#: From the end of the warm-up to the first frame: what it has begun is through by then.
_LEAD_NS = 1_000_000_000
#: For jobs of the last frames, after the longest deadline.
_DRAIN_S = 0.5
_LOOK_S = 0.05


class _Process:
    """A module that runs with the folder as its argument; its output goes to a log there."""

    def __init__(self, module: str, folder: Path) -> None:
        self._log = folder / f'{module}.log'
        self._module = module
        # What this process finds, '' being the folder it is in, the other one finds as well.
        search_path = os.pathsep.join(os.path.abspath(path) for path in sys.path)
        with self._log.open('wb') as log:
            self._process = subprocess.Popen(
                [sys.executable, '-m', module, str(folder)],
                env=os.environ | {'PYTHONPATH': search_path},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def check(self) -> None:
        """Raise ExperimentError where it has ended with an error, with its last words."""
        if self._process.poll():
            lines = self._log.read_text(encoding='utf-8', errors='replace').strip().splitlines()
            words = lines[-1] if lines else f'exit status {self._process.returncode}'
            raise ExperimentError(f'{self._module} failed: {words}')

    def ended(self) -> bool:
        """Return whether it has ended well. Raises as `check`."""
        self.check()
        return self._process.returncode is not None

    def end(self) -> None:
        """Ask it to end, and wait. Raises ExperimentError where it fails or does not listen."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired as error:
                raise ExperimentError(f'{self._module} does not end') from error
        self.check()

    def kill(self) -> None:
        """End it by force if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def run_callbacks(
    setting: CallbackSetting, scenario: Scenario, frames: Sequence[Frame], advance: Advance
) -> tuple[JobReport, ...]:
    """Run a baseline once, all that disturbs included. Raises ExperimentError.

    Its processes start and load some seconds before the run.
    """
    calm_openmp()
    with TemporaryDirectory(prefix='rtmdl_bench_') as name, ExitStack() as over:
        folder = Path(name)
        shown = frames[: len(setting.plan.frames)]
        write_plan(folder, setting.plan, [frame.image() for frame in shown])
        processes = [_Process(module, folder) for module in (_CAMERA, _NODE)]
        for process in processes:
            over.callback(process.kill)
        camera, node = processes
        _await((folder / READY).exists, processes, _START_S)
        for start_s, length_s in scenario.hogs():
            over.enter_context(hog_at(_LEAD_NS / 1e9 + start_s, length_s))
        write_whole(folder / START, str(time.monotonic_ns() + _LEAD_NS))
        _await(camera.ended, processes, scenario.seconds + _END_S, advance)
        time.sleep(_DRAIN_S + max(t.deadline_ns for t in scenario.planned_tasks()) / 1e9)
        node.end()
        published_ns = json.loads((folder / PUBLISHED).read_text(encoding='utf-8'))
        return jobs_of(setting.plan, scenario, shown, published_ns, read_answers(folder))


def _await(
    done: Callable[[], bool],
    processes: Sequence[_Process],
    most_s: float,
    advance: Advance = lambda seconds: None,
) -> None:
    start_s = last_s = time.monotonic()
    while not done():
        for process in processes:
            process.check()
        time.sleep(_LOOK_S)
        now_s = time.monotonic()
        advance(now_s - last_s)
        last_s = now_s
        if now_s - start_s > most_s:
            raise ExperimentError(
                'camera and node of ros2_callback do not get on; is ROS 2 sourced and the '
                'machine not overloaded?'
            )
