# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a replay, and their JSON."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rtmdl_ros.deployment.loading import Loaded
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.evidence.figures import (
    TaskResult,
    lane_utilization,
    miss_ratio,
    task_json,
    task_result,
)
from rtmdl_ros.evidence.recording import EVERYWHERE, TaskRecording, TruthFrame
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.profiling.profile_file import profile_text
from rtmdl_ros.replay.accuracy import frames_scored, on_time_accuracy
from rtmdl_ros.replay.clock import ClockJump
from rtmdl_ros.replay.drive import CameraTrack, Drive
from rtmdl_ros.replay.jobs import EndedJob, Replayed
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.units import NS_PER_S


@dataclass(frozen=True)
class Mode:
    """How a drive is replayed."""

    #: By the clock of this machine; otherwise in virtual time.
    real_time: bool
    #: How many times as fast as it was recorded.
    rate: float
    #: Of the stage times drawn in virtual time.
    seed: int


@dataclass(frozen=True)
class TaskReplay:
    """One task over the whole replay."""

    result: TaskResult
    #: What was found in the frames on time, by class.
    found: Mapping[str, int]
    #: Mean average precision at half overlap, a missed frame finding nothing, 0 to 1; None where
    #: nobody knows what is really there.
    on_time_accuracy: float | None
    #: Frames whose truth is known, and messages that tell some; None where there is no such topic.
    frames_scored: int | None
    truth_messages: int | None


@dataclass(frozen=True)
class ReplayResult:
    """One replay."""

    mode: Mode
    device: str
    tracks: Mapping[str, CameraTrack]
    #: Of the clock of the recording, by time.
    jumps: tuple[ClockJump, ...]
    #: Virtual or real time from the first release to the last end.
    duration_s: float
    policy: str
    cpu_workers: int
    lanes: int
    accelerator_utilization: float
    tasks: tuple[TaskReplay, ...]
    #: SHA-256 of what went in.
    digests: Mapping[str, str]

    @property
    def on_time_accuracy(self) -> float | None:
        """The mean of the tasks whose truth is known."""
        known = [t.on_time_accuracy for t in self.tasks if t.on_time_accuracy is not None]
        return sum(known) / len(known) if known else None


def recording_of_task(
    drive: Drive, task: ReadyTask, arrivals_ns: Sequence[int], jobs: Sequence[EndedJob]
) -> TaskRecording:
    """Return what became of every frame in a task; frames are told apart by their arrivals."""
    parameters = task.parameters
    place = parameters.function, parameters.camera
    truth = drive.truth.get(place, {})
    own = [job for job in jobs if job.report.task == task.name]
    # A frame whose message was lost, or that nobody has labelled, is not one with nothing in it.
    frames = tuple(
        TruthFrame(n, at, truth.get(n, ()), () if n in truth else EVERYWHERE)
        for n, at in enumerate(arrivals_ns)
    )
    return TaskRecording(
        task.name,
        frames,
        {arrivals_ns[job.number]: job.detections for job in own if job.report.finished},
        {arrivals_ns[job.number]: job.report.outcome for job in own if job.report.missed},
        truth_known=place in drive.truth,
    )


def result_of(
    configuration: Configuration,
    mode: Mode,
    device: str,
    drive: Drive,
    loaded: Loaded,
    recordings: Mapping[str, TaskRecording],
    replayed: Replayed,
) -> ReplayResult:
    """Return the figures of a replay."""
    node, reports = configuration.node, replayed.reports
    tasks = tuple(_task(task, recordings[task.name], replayed, drive) for task in loaded.tasks)
    return ReplayResult(
        mode=mode,
        device=device,
        tracks=drive.tracks,
        jumps=drive.jumps,
        duration_s=max(report.finish_ns for report in reports) / NS_PER_S,
        policy=node.policy,
        cpu_workers=node.cpu_workers,
        lanes=node.lanes,
        accelerator_utilization=lane_utilization(reports, node.lanes),
        tasks=tasks,
        digests={
            'drive': drive.digest,
            'parameters': _digest(repr(_without_paths(configuration))),
            'profile': _digest(profile_text(loaded.profile)),
            'plan': _digest(repr(_followed(loaded.plan))),
        },
    )


def _without_paths(configuration: Configuration) -> Configuration:
    """Return the configuration without what says where files are, not what is in them."""
    node = replace(
        configuration.node, zoo_dir='', cache_dir='', profile_file='', plan_file='', trace_file=''
    )
    return replace(configuration, node=node)


def _followed(plan: Plan) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """Return what of a plan is followed; what is expected of it is rounded in its file."""
    return [(name, t.variant, t.priority, t.resident) for name, t in sorted(plan.tasks.items())]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _task(
    task: ReadyTask, recording: TaskRecording, replayed: Replayed, drive: Drive
) -> TaskReplay:
    reports = replayed.reports
    outcomes = Counter(report.outcome for report in reports if report.task == task.name)
    accuracies = {(task.name, name): value for name, value in task.accuracies.items()}
    result = task_result(
        task.name, task.planned, task.parameters.deadline_ms, outcomes.total(), outcomes, reports,
        accuracies, recording,
    )  # fmt: skip
    on_time = [found for answer in recording.on_time.values() for found in answer]
    return TaskReplay(
        result,
        dict(sorted(Counter(found.class_name for found in on_time).items())),
        on_time_accuracy(recording) if recording.truth_known else None,
        frames_scored(recording) if recording.truth_known else None,
        drive.truth_messages.get((task.parameters.function, task.parameters.camera)),
    )


def as_json(result: ReplayResult) -> dict[str, Any]:
    """Return the result as JSON-able data; what has no value is null.

    In virtual time it depends on the drive, seed, rate, parameters, profile and plan alone.
    """
    mode = result.mode
    return {
        'workload': 'replay',
        'device': result.device,
        'duration_s': result.duration_s,
        'seed': mode.seed,
        'time': 'real' if mode.real_time else 'virtual',
        'rate': mode.rate,
        'sha256': dict(result.digests),
        'cameras': {
            name: {'source': t.source, 'frames': len(t.times_ns), 'rate_hz': t.rate_hz}
            for name, t in result.tracks.items()
        },
        'clock_jumps': [
            {'frames_before': jump.frames, 'seconds': jump.by_ns / NS_PER_S}
            for jump in result.jumps
        ],
        'policies': {
            'rtmdl': {
                'miss_ratio': miss_ratio([task.result for task in result.tasks]),
                'on_time_accuracy': result.on_time_accuracy,
                'accelerator_utilization': result.accelerator_utilization,
                'queue_order': result.policy,
                'cpu_workers': result.cpu_workers,
                'lanes': result.lanes,
                'tasks': {task.result.task: _task_json(task) for task in result.tasks},
            }
        },
    }


def _task_json(task: TaskReplay) -> dict[str, Any]:
    return {
        **task_json(task.result),
        'on_time_accuracy': task.on_time_accuracy,
        'frames_scored': task.frames_scored,
        'found': dict(task.found),
    }
