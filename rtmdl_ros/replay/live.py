# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A replay in real time: frames at their recorded pace through the runtime that the node has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from rtmdl_ros.deployment.ready_task import ReadyTask, scheduled
from rtmdl_ros.deployment.starting import make_runtime, set_up_for
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Pipeline, PipelineStage, Work
from rtmdl_ros.replay.drive import RecordedFrame
from rtmdl_ros.replay.jobs import EndedJob, Replayed
from rtmdl_ros.runtime.accounting import RuntimeStatistics
from rtmdl_ros.runtime.interpreter import freeze_garbage, thaw_garbage
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_S

#: A stage that takes longer than this to end at the end is given up.
_STOP_TIMEOUT_S = 1.0
_POLL_S = 0.01


def replay_live(
    tasks: Sequence[ReadyTask],
    slow_downs: SlowDowns,
    node: NodeParameters,
    frames: Iterator[RecordedFrame],
    arrivals_ns: Mapping[str, tuple[int, ...]],
    progress: Callable[[], None] = lambda: None,
) -> Replayed:
    """Run all frames through the tasks, each released when `arrivals_ns` tells, in ns from 0 on.

    `frames` come in that order; calls `progress` after each. Raises what reading them raises.
    """
    freeze_garbage()
    run = _Run(tasks, slow_downs, node)
    try:
        for number, frame in enumerate(frames):
            if number == 0:
                run.start()
            run.wait_until(arrivals_ns[frame.camera][frame.number])
            run.release(frame)
            progress()
        # Jobs that may be late take longer than their deadline, one that hangs that much more.
        longest_s = max(task.parameters.deadline_ms for task in tasks) / 1e3
        run.drain(longest_s + node.hang_limit_s)
    finally:
        run.stop()
        thaw_garbage()
    return Replayed(tuple(run.jobs), tuple(run.statuses), run.problems)


class _Run:
    """The runtime at work, and what it told."""

    def __init__(
        self, tasks: Sequence[ReadyTask], slow_downs: SlowDowns, node: NodeParameters
    ) -> None:
        self.jobs: list[EndedJob] = []
        self.statuses: list[RuntimeStatistics] = []
        self._lock = threading.Lock()
        self._cameras: dict[str, list[str]] = {}
        self._period_ns = round(node.status_period_s * NS_PER_S)
        self.problems = set_up_for(node)
        self._runtime = make_runtime(node, slow_downs, self._ended)
        for task in tasks:
            functions = {name: _functions(each) for name, each in task.pipelines.items()}
            self._runtime.add_task(scheduled(task), functions)
            self._cameras.setdefault(task.parameters.camera, []).append(task.name)
        self._start_ns = 0

    def start(self) -> None:
        """Start the threads; times count from now on."""
        self._runtime.start()
        self._start_ns = time.monotonic_ns()

    def wait_until(self, time_ns: int) -> None:
        """Sleep until some time after the start; tells the status of the periods over meanwhile."""
        while True:
            now_ns = time.monotonic_ns() - self._start_ns
            due_ns = (len(self.statuses) + 1) * self._period_ns
            if now_ns >= due_ns:
                self._tell_status()
            elif now_ns >= time_ns:
                return
            else:
                time.sleep((min(time_ns, due_ns) - now_ns) / NS_PER_S)

    def release(self, recorded: RecordedFrame) -> None:
        """Release a job of each task of the frame's camera."""
        now_ns = time.monotonic_ns()
        frame = Frame(recorded.decode, now_ns, recorded.header)
        works = {task: Work(frame, recorded.number) for task in self._cameras[recorded.camera]}
        self._runtime.release_all(works, now_ns)

    def drain(self, longest_s: float) -> None:
        """Wait until all jobs have ended, at most so long."""
        end_s = time.monotonic() + longest_s
        while time.monotonic() < end_s:
            if not any(task.in_flight for task in self._runtime.statistics().tasks):
                break
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """End the jobs that are left and the threads; tells the last status."""
        self._runtime.stop(_STOP_TIMEOUT_S)
        self._tell_status()

    def _tell_status(self) -> None:
        statistics = self._runtime.statistics()
        self.statuses.append(replace(statistics, time_ns=statistics.time_ns - self._start_ns))

    def _ended(self, report: JobReport) -> None:
        work = report.payload
        assert isinstance(work, Work)
        detections = work.detections if report.finished else ()
        job = EndedJob(self._moved(report), work.sequence, work.frame.header, detections)
        with self._lock:
            self.jobs.append(job)

    def _moved(self, report: JobReport) -> JobReport:
        """Return a report without payload and with times from the start on."""
        start_ns = self._start_ns
        return replace(
            report,
            release_ns=report.release_ns - start_ns,
            deadline_ns=report.deadline_ns - start_ns,
            finish_ns=report.finish_ns - start_ns,
            spans=tuple(
                StageSpan(s.stage, s.executor, s.start_ns - start_ns, s.end_ns - start_ns)
                for s in report.spans
            ),
            waits=tuple(
                replace(w, start_ns=w.start_ns - start_ns, end_ns=w.end_ns - start_ns)
                for w in report.waits
            ),
            payload=None,
        )


def _functions(pipeline: Pipeline) -> list[Callable[[Work], bool]]:
    return [_ending(stage, stage is pipeline.stages[-1]) for stage in pipeline.stages]


def _ending(stage: PipelineStage, last: bool) -> Callable[[Work], bool]:
    return lambda work: stage.run(work) or last
