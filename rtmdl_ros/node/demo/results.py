# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run, and their JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtmdl_ros.evidence.figures import (
    TaskResult,
    lane_utilization,
    miss_ratio,
    task_json,
    task_result,
)
from rtmdl_ros.evidence.recording import Recording
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.node.environment import software
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Outcome


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
    #: What the node has logged as warnings and errors.
    warnings: tuple[str, ...] = ()


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
    #: What the node has logged as warnings and errors.
    warnings: tuple[str, ...]


def result_of(options: DemoOptions, seen: Seen, reports: Sequence[JobReport]) -> DemoResult:
    """Return the figures of a run."""
    status, recording = seen.status, seen.recording
    recordings = {task.task: task for task in recording.tasks}
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
            task_result(
                task.task,
                task.variant,
                round(task.deadline_ms, 3),
                task.released,
                {outcome: getattr(task, outcome.value) for outcome in Outcome},
                reports,
                seen.accuracies,
                recordings[task.task],
            )
            for task in status.tasks
        ),
        warnings=seen.warnings,
    )


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
        'warnings': list(result.warnings),
        'policies': {
            'rtmdl': {
                'miss_ratio': miss_ratio(result.tasks),
                'accelerator_utilization': result.accelerator_utilization,
                'queue_order': result.policy,
                'cpu_workers': result.cpu_workers,
                'lanes': result.lanes,
                'tasks': {task.task: task_json(task) for task in result.tasks},
            }
        },
    }
