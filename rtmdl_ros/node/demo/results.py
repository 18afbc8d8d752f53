# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run, and their JSON (DESIGN.md, section 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtmdl_ros.evidence.figures import (
    LEAST_IOUS,
    TaskResult,
    added_times,
    expected_accuracy,
    lane_utilization,
    response_times,
    task_json,
    variants_chosen,
)
from rtmdl_ros.evidence.recording import Recording, TaskRecording
from rtmdl_ros.evidence.scoring import Score, score
from rtmdl_ros.node.demo.environment import device_name, software
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.runtime.report import JobReport


@dataclass(frozen=True)
class Seen:
    """What was heard of a run."""

    #: The last SchedulerStatus message, which has the counters.
    status: Any
    recording: Recording
    #: What is expected of each variant, by task and variant, 0 to 1.
    accuracies: Mapping[tuple[str, str], float]
    #: CompressedImage messages of own footage, by the index of their frames; none of a track.
    images: Sequence[Any] = ()


@dataclass(frozen=True)
class DemoResult:
    """One run."""

    workload: str
    device: str
    software: Mapping[str, str]
    duration_s: float
    #: Of the rendered track; None for own footage.
    seed: int | None
    policy: str
    cpu_workers: int
    lanes: int
    #: Mean share of the run in which a lane executed stages, 0 to 1.
    accelerator_utilization: float
    recording: Recording
    tasks: tuple[TaskResult, ...]

    @property
    def miss_ratio(self) -> float:
        """Misses / released of all tasks together, 0 to 1."""
        released = sum(task.released for task in self.tasks)
        return (released - sum(task.on_time for task in self.tasks)) / max(1, released)


def result_of(options: DemoOptions, seen: Seen, reports: Sequence[JobReport]) -> DemoResult:
    """Return the figures of a run."""
    status, recording = seen.status, seen.recording
    recordings = {task.task: task for task in recording.tasks}
    chosen = {task.task: variants_chosen(reports, task.task) for task in status.tasks}
    return DemoResult(
        workload=options.workload,
        device=device_name(),
        software=software(),
        duration_s=options.duration_s,
        seed=options.seed if options.simulated else None,
        policy=status.policy,
        cpu_workers=status.cpu_workers,
        lanes=status.lanes,
        accelerator_utilization=lane_utilization(reports, status.lanes),
        recording=recording,
        tasks=tuple(
            TaskResult(
                task=task.task,
                variant=task.variant,
                variants=chosen[task.task],
                expected_accuracy=expected_accuracy(task.task, chosen[task.task], seen.accuracies),
                deadline_ms=round(task.deadline_ms, 3),
                released=task.released,
                on_time=task.on_time,
                late=task.late,
                superseded=task.superseded,
                discarded=task.discarded,
                failed=task.failed,
                response_ms=response_times(reports, task.task),
                added_ms=added_times(reports, task.task),
                scores=_scores(recordings[task.task]),
            )
            for task in status.tasks
        ),
    )


def _scores(recording: TaskRecording) -> tuple[Score, ...]:
    """Return the scores at both overlaps; none where nobody knows the truth."""
    if not recording.truth_known:
        return ()
    return tuple(score(recording, least_iou) for least_iou in LEAST_IOUS)


def as_json(result: DemoResult) -> dict[str, Any]:
    """Return the result as JSON-able data; ratios that have no value are null."""
    return {
        'workload': result.workload,
        'device': result.device,
        'duration_s': result.duration_s,
        'seed': result.seed,
        'software': dict(result.software),
        'camera': {
            'published': result.recording.published,
            'skipped': result.recording.skipped,
            'received': result.recording.received,
            'delivered': result.recording.delivered,
        },
        'policies': {
            'rtmdl': {
                'miss_ratio': result.miss_ratio,
                'accelerator_utilization': result.accelerator_utilization,
                'queue_order': result.policy,
                'cpu_workers': result.cpu_workers,
                'lanes': result.lanes,
                'tasks': {task.task: task_json(task) for task in result.tasks},
            }
        },
    }
