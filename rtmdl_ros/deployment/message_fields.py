# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the messages in msg/ are filled with, by field, whoever makes and sends them.

Headers and the messages inside messages are the caller's: ROS 2 and bags have classes of their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.runtime.accounting import RuntimeStatistics, TaskStatistics
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S

Fields = dict[str, Any]

#: DeadlineMiss.reason, by how the job ended.
REASONS = {Outcome.LATE: 1, Outcome.SUPERSEDED: 2, Outcome.DISCARDED: 3, Outcome.FAILED: 4}


def stamp_ns_of(header: Any) -> int:
    """Return the stamp of a Header in nanoseconds."""
    return int(header.stamp.sec) * NS_PER_S + int(header.stamp.nanosec)


@dataclass(frozen=True)
class OutputStatistics:
    """What the results of a task within the window are like; 0 when there were none."""

    #: The median: one image without a stamp is as old as the clock.
    frame_age_ms: float
    detections_per_frame: float


def output_statistics(results: Iterable[tuple[float, int]]) -> OutputStatistics:
    """Sum up results: of each the age of its frame in seconds and how much was found in it."""
    pairs = tuple(results)
    if not pairs:
        return OutputStatistics(0.0, 0.0)
    ages_s, found = zip(*pairs, strict=True)
    return OutputStatistics(1e3 * median(ages_s), fmean(found))


def detection_fields(detection: Detection) -> Fields:
    """Return the fields of a Detection."""
    box = detection.box
    center_x, center_y = box.centre
    return {
        'class_name': detection.class_name,
        'score': detection.score,
        'center_x': center_x,
        'center_y': center_y,
        'size_x': box.width,
        'size_y': box.height,
    }


def detections_in(messages: Iterable[Any]) -> tuple[Detection, ...]:
    """Return what Detection messages say, the inverse of `detection_fields`."""
    return tuple(
        Detection(
            found.class_name,
            found.score,
            Box(
                found.center_x - found.size_x / 2,
                found.center_y - found.size_y / 2,
                found.center_x + found.size_x / 2,
                found.center_y + found.size_y / 2,
            ),
        )
        for found in messages
    )


def miss_fields(sequence: int, report: JobReport, age_s: float) -> Fields:
    """Return the fields of a DeadlineMiss but for its header; the job must not be on time."""
    return {
        'task': report.task,
        'sequence': sequence,
        'reason': REASONS[report.outcome],
        'stage': report.spans[-1].stage if report.spans else '',
        'deadline_ms': (report.deadline_ns - report.release_ns) / NS_PER_MS,
        'response_ms': (report.finish_ns - report.release_ns) / NS_PER_MS,
        'frame_age_ms': 1e3 * age_s,
        'detail': report.detail,
    }


def task_status_fields(
    task: ReadyTask, statistics: TaskStatistics, output: OutputStatistics
) -> Fields:
    """Return the fields of a TaskStatus: how a task is doing."""
    ended = statistics.released - statistics.in_flight
    response = statistics.response
    return {
        'task': statistics.task,
        'camera': task.parameters.camera,
        'enabled': task.parameters.enabled,
        'variant': task.planned,
        'priority': task.priority,
        'period_ms': task.parameters.period_ms,
        'deadline_ms': task.parameters.deadline_ms,
        'released': statistics.released,
        'on_time': statistics.on_time,
        'late': statistics.late,
        'superseded': statistics.superseded,
        'discarded': statistics.discarded,
        'failed': statistics.failed,
        'in_flight': statistics.in_flight,
        'miss_ratio_total': (ended - statistics.on_time) / max(1, ended),
        'rate_hz': statistics.rate_hz,
        'miss_ratio': statistics.miss_ratio,
        'response_p50_ms': response.p50_ns / NS_PER_MS,
        'response_p99_ms': response.p99_ns / NS_PER_MS,
        'response_max_ms': response.max_ns / NS_PER_MS,
        'variants': [name for name, _ in statistics.variants],
        'variant_jobs': [count for _, count in statistics.variants],
        'variant_accuracies': [task.accuracies[name] for name, _ in statistics.variants],
        'expected_accuracy': task.expected_accuracy(statistics.variants),
        'frame_age_ms': output.frame_age_ms,
        'detections_per_frame': output.detections_per_frame,
    }


def scheduler_status_fields(node: NodeParameters, statistics: RuntimeStatistics) -> Fields:
    """Return the fields of a SchedulerStatus but for its header and its tasks."""
    ended = sum(task.window_ended for task in statistics.tasks)
    missed = sum(task.window_missed for task in statistics.tasks)
    return {
        'policy': node.policy,
        'cpu_workers': node.cpu_workers,
        'lanes': node.lanes,
        'window_s': node.window_s,
        'miss_ratio': missed / max(1, ended),
        'accelerator_utilization': statistics.accelerator_busy,
        'cpu_utilization': statistics.cpu_busy,
        'accelerator_slowness': statistics.accelerator_slowness,
        'cpu_slowness': statistics.cpu_slowness,
    }
