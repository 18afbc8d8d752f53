# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Our records as ROS messages."""

from collections.abc import Sequence

from rtmdl_ros.deployment.message_fields import (
    OutputStatistics,
    detection_fields,
    detections_in,
    miss_fields,
    scheduler_status_fields,
    task_status_fields,
)
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.msg import (
    DeadlineMiss,
    DetectionArray,
    SchedulerStatus,
    TaskStatus,
)
from rtmdl_ros.msg import (
    Detection as DetectionMessage,
)
from rtmdl_ros.runtime.accounting import RuntimeStatistics, TaskStatistics
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.parameters import NodeParameters


def detection_array(
    header: object,
    detections: Sequence[Detection],
    *,
    task: str,
    variant: str,
    sequence: int,
    response_ms: float,
    frame_age_ms: float,
) -> DetectionArray:
    """Return detections of one frame with the frame's own header."""
    return DetectionArray(
        header=header,
        task=task,
        variant=variant,
        sequence=sequence,
        response_ms=response_ms,
        frame_age_ms=frame_age_ms,
        detections=[DetectionMessage(**detection_fields(found)) for found in detections],
    )


def detections_of(message: DetectionArray) -> tuple[Detection, ...]:
    """Return the detections of a message, the inverse of `detection_array`."""
    return detections_in(message.detections)


def deadline_miss(header: object, sequence: int, report: JobReport, age_s: float) -> DeadlineMiss:
    """Return the message of a job that missed; its outcome must not be on time."""
    return DeadlineMiss(header=header, **miss_fields(sequence, report, age_s))


def task_status(
    task: ReadyTask, statistics: TaskStatistics, output: OutputStatistics
) -> TaskStatus:
    """Return how a task is doing."""
    return TaskStatus(**task_status_fields(task, statistics, output))


def scheduler_status(
    node: NodeParameters,
    statistics: RuntimeStatistics,
    tasks: Sequence[TaskStatus],
) -> SchedulerStatus:
    """Return how the node as a whole is doing; the stamp is the caller's to set."""
    return SchedulerStatus(tasks=tasks, **scheduler_status_fields(node, statistics))
