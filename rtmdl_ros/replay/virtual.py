# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A replay in virtual time: real networks, stage times drawn from the profile.

The simulation drives the scheduling core; what it starts is really run, at the virtual end of the
stage. The same drive, seed, profile and plan give the same jobs, on any machine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

from rtmdl_ros.deployment.ready_task import ReadyTask, scheduled
from rtmdl_ros.deployment.starting import scheduler_settings
from rtmdl_ros.evidence.simulated import report_of
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.profiling.profile import Profile, StageProfile
from rtmdl_ros.replay.drive import RecordedFrame
from rtmdl_ros.replay.jobs import EndedJob, Replayed
from rtmdl_ros.runtime.accounting import RuntimeStatistics
from rtmdl_ros.runtime.ledger import Ledger
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.simulation.records import SimulatedJob, SimulatedTask, Span, StageTimes
from rtmdl_ros.simulation.simulate import simulate_core
from rtmdl_ros.simulation.worker import StageError
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_S

_LOGGER = logging.getLogger(__name__)


def replay_virtually(
    tasks: Sequence[ReadyTask],
    profile: Profile,
    node: NodeParameters,
    frames: Iterator[RecordedFrame],
    arrivals_ns: Mapping[str, tuple[int, ...]],
    seed: int,
    progress: Callable[[], None] = lambda: None,
) -> Replayed:
    """Run all frames through the tasks; calls `progress` after each frame.

    `frames` come in the order of `arrivals_ns`, which tells by camera when, in ns. Raises what
    reading them raises.
    """
    core = Core(scheduler_settings(node, profile.slow_downs))
    worker = _PipelineWorker(tasks, frames, core, node, progress)
    simulate_core(
        core,
        [_simulated(task, profile, arrivals_ns[task.parameters.camera]) for task in tasks],
        duration_ns=1 + max(times[-1] for times in arrivals_ns.values()),
        seed=seed,
        worker=worker,
    )
    return Replayed(tuple(worker.jobs), worker.all_statuses())


def _simulated(
    task: ReadyTask, profile: Profile, arrivals_ns: tuple[int, ...]
) -> SimulatedTask:
    profiles = {each.name: each for each in profile.functions[task.parameters.function]}
    times = {
        each.name: tuple(_times(stage) for stage in profiles[each.name].stages)
        for each in task.allowed
    }
    as_scheduled = scheduled(task)
    return SimulatedTask(
        as_scheduled, times[as_scheduled.base], variant_times=times, arrivals_ns=arrivals_ns
    )


def _times(stage: StageProfile) -> StageTimes:
    """Return what the stage may take when it is reached, as here it is only then asked for."""
    return tuple(t for t in stage.quantiles_ns if t > 0) or (max(1, stage.worst_ns),)


@dataclass
class _Active:
    """A job that has not ended."""

    task: ReadyTask
    work: Work


class _PipelineWorker:
    """Runs pipelines in virtual time and keeps the accounts that the runtime keeps."""

    def __init__(
        self,
        tasks: Sequence[ReadyTask],
        frames: Iterator[RecordedFrame],
        core: Core,
        node: NodeParameters,
        progress: Callable[[], None],
    ) -> None:
        self.jobs: list[EndedJob] = []
        self._tasks = {task.name: task for task in tasks}
        self._bases = {task.name: scheduled(task).base for task in tasks}
        self._frames = _Frames(frames, tasks, progress)
        self._core = core
        self._hang_limit_s = node.hang_limit_s
        self._active: dict[int, _Active] = {}
        self._released = dict.fromkeys(self._tasks, 0)
        self._ledger = Ledger(round(node.window_s * NS_PER_S), core.executors)
        for task in tasks:
            self._ledger.add_task(task.name)
        self._period_ns = round(node.status_period_s * NS_PER_S)
        self._statuses: list[RuntimeStatistics] = []
        self._now_ns = 0

    def released(self, job_id: int, task: str, time_ns: int) -> None:
        """Take the next frame of a task."""
        self._advance(time_ns)
        ready, number = self._tasks[task], self._released[task]
        self._released[task] += 1
        frame = self._frames.take(ready.parameters.camera, number, time_ns)
        self._active[job_id] = _Active(ready, Work(frame, number))
        self._ledger.add_release(task, time_ns)

    def run(self, job_id: int, variant: str, span: Span) -> bool:
        """Run a stage of the pipeline of a variant."""
        self._advance(span.end_ns)
        job = self._active[job_id]
        stage = job.task.pipelines[variant or self._bases[job.task.name]].stages[span.stage]
        self._ledger.add_span(StageSpan(stage.name, span.executor, span.start_ns, span.end_ns))
        words = f'task {job.task.name}: stage {stage.name} of job {job_id}'
        try:
            with told_if_long(words, self._hang_limit_s):
                return stage.run(job.work)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # as in the runtime: whatever it is, it fails this job only
            raise StageError(f'stage {stage.name}: {in_one_line(error)}') from error

    def ended(self, job: SimulatedJob) -> None:
        """Account for the end of a job."""
        self._advance(job.finish_ns)
        active = self._active.pop(job.job_id)
        work = active.work
        report = self._report(job)
        self._ledger.add_end(report)
        detections = work.detections if report.finished else ()
        self.jobs.append(EndedJob(report, work.sequence, work.frame.header, detections))

    def all_statuses(self) -> tuple[RuntimeStatistics, ...]:
        """Return the statuses of every period and one of the end."""
        return (*self._statuses, self._statistics(self._now_ns))

    def _report(self, job: SimulatedJob) -> JobReport:
        chains = {each.name: each.stages for each in self._tasks[job.task].variants}
        return report_of(job, chains[job.variant or self._bases[job.task]])

    def _advance(self, now_ns: int) -> None:
        """Tell the status of the periods that are over."""
        while (due_ns := (len(self._statuses) + 1) * self._period_ns) < now_ns:
            self._statuses.append(self._statistics(due_ns))
        self._now_ns = max(self._now_ns, now_ns)

    def _statistics(self, now_ns: int) -> RuntimeStatistics:
        idle = dict.fromkeys(self._core.executors)
        slowness = {kind: self._core.slowness(kind, now_ns) for kind in Resource}
        return self._ledger.copy(now_ns, now_ns, idle, slowness)()


@contextmanager
def told_if_long(words: str, seconds: float) -> Iterator[None]:
    """Warn of what takes longer than so many seconds: nothing here can end it, but Ctrl-C can."""
    text = '%s has not returned for %g s; it is waited for: Ctrl-C ends the replay'
    timer = Timer(seconds, _LOGGER.warning, (text, words, seconds))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Frames:
    """Hands frames to all tasks of their camera, each decoded once."""

    def __init__(
        self,
        frames: Iterator[RecordedFrame],
        tasks: Sequence[ReadyTask],
        progress: Callable[[], None],
    ) -> None:
        self._frames = frames
        cameras = [task.parameters.camera for task in tasks]
        self._takers = {camera: cameras.count(camera) for camera in cameras}
        self._progress = progress
        #: What is there, and how many tasks have not taken it.
        self._there: dict[tuple[str, int], tuple[RecordedFrame, int]] = {}
        self._shared: dict[tuple[str, int], Frame] = {}

    def take(self, camera: str, number: int, arrival_ns: int) -> Frame:
        key = camera, number
        while key not in self._there:
            recorded = next(self._frames)
            takers = self._takers[recorded.camera]
            self._there[recorded.camera, recorded.number] = recorded, takers
            self._progress()
        recorded, left = self._there[key]
        frame = self._shared.get(key) or Frame(recorded.decode, arrival_ns, recorded.header)
        if left > 1:
            self._there[key] = recorded, left - 1
            self._shared[key] = frame
        else:
            del self._there[key]
            self._shared.pop(key, None)
        return frame
