# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The results of a replay as a bag, on the topics that the node has."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.rosbag2 import StoragePlugin

from rtmdl_ros.deployment.message_fields import (
    Fields,
    OutputStatistics,
    detection_fields,
    miss_fields,
    output_statistics,
    scheduler_status_fields,
    task_status_fields,
)
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.evidence.topics import DEADLINE_MISSES, STATUS, detections_topic
from rtmdl_ros.replay.bag_writer import BagWriter, header_at, message
from rtmdl_ros.replay.drive import Drive
from rtmdl_ros.replay.jobs import EndedJob, Replayed
from rtmdl_ros.replay.message_types import (
    DEADLINE_MISS,
    DETECTION,
    DETECTION_ARRAY,
    SCHEDULER_STATUS,
    TASK_STATUS,
)
from rtmdl_ros.runtime.accounting import RuntimeStatistics
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S


def write_results(
    path: Path,
    storage: StoragePlugin,
    drive: Drive,
    tasks: Sequence[ReadyTask],
    node: NodeParameters,
    replayed: Replayed,
) -> None:
    """Write detections, misses and statuses as the node would have published them.

    Times of the bag are those of the drive: its first frame's and what passed in the replay since.
    Raises ReplayError where something else is in the place of the bag, OSError where it cannot
    be written.
    """
    results = _Results(drive, tasks, node, replayed)
    with BagWriter(path, storage) as bag:
        for task in tasks:
            bag.add_topic(detections_topic(task.name), DETECTION_ARRAY)
        bag.add_topic(DEADLINE_MISSES, DEADLINE_MISS)
        bag.add_topic(STATUS, SCHEDULER_STATUS)
        for time_ns, topic, found in results.messages():
            bag.write(topic, time_ns, found)


class _Results:
    """Makes the messages of a replay."""

    def __init__(
        self,
        drive: Drive,
        tasks: Sequence[ReadyTask],
        node: NodeParameters,
        replayed: Replayed,
    ) -> None:
        self._drive = drive
        self._tasks = {task.name: task for task in tasks}
        self._node = node
        self._replayed = replayed
        self._origin_ns = min(track.times_ns[0] for track in drive.tracks.values())
        self._answers: Mapping[str, list[EndedJob]] = {
            name: [j for j in replayed.jobs if j.report.task == name and j.report.finished]
            for name in self._tasks
        }

    def messages(self) -> list[tuple[int, str, Any]]:
        """Return time, topic and message of all, by time."""
        found = []
        for job in self._replayed.jobs:
            time_ns = self._origin_ns + job.report.finish_ns
            if job.report.finished:
                topic = detections_topic(job.report.task)
                found.append((time_ns, topic, self._detection_array(job)))
            if job.report.missed:
                found.append((time_ns, DEADLINE_MISSES, self._miss(job)))
        for statistics in self._replayed.statuses:
            time_ns = self._origin_ns + statistics.time_ns
            found.append((time_ns, STATUS, self._status(time_ns, statistics)))
        return sorted(found, key=lambda each: each[0])

    def _age_s(self, job: EndedJob) -> float:
        """Return how old the frame was at the end of its job, by the clock of the recording."""
        track = self._drive.tracks[self._tasks[job.report.task].parameters.camera]
        on_the_way_ns = track.times_ns[job.number] - track.stamps_ns[job.number]
        return (on_the_way_ns + job.report.response_ns) / NS_PER_S

    def _detection_array(self, job: EndedJob) -> Any:
        return message(
            DETECTION_ARRAY,
            header=job.header,
            task=job.report.task,
            variant=job.report.variant,
            sequence=job.number,
            response_ms=job.report.response_ns / NS_PER_MS,
            frame_age_ms=1e3 * self._age_s(job),
            detections=[message(DETECTION, **detection_fields(each)) for each in job.detections],
        )

    def _miss(self, job: EndedJob) -> Any:
        fields = miss_fields(job.number, job.report, self._age_s(job))
        return message(DEADLINE_MISS, header=job.header, **fields)

    def _status(self, time_ns: int, statistics: RuntimeStatistics) -> Any:
        tasks = []
        for task in statistics.tasks:
            output = self._output(task.task, statistics)
            fields = task_status_fields(self._tasks[task.task], task, output)
            tasks.append(message(TASK_STATUS, **_as_arrays(fields)))
        fields = scheduler_status_fields(self._node, statistics)
        return message(SCHEDULER_STATUS, header=header_at(time_ns), tasks=tasks, **fields)

    def _output(self, task: str, statistics: RuntimeStatistics) -> OutputStatistics:
        answers = self._answers[task]
        first_ns = statistics.time_ns - round(self._node.window_s * NS_PER_S)
        begin = bisect_left(answers, first_ns, key=_finish_ns)
        end = bisect_right(answers, statistics.time_ns, key=_finish_ns)
        window = answers[begin:end]
        return output_statistics((self._age_s(job), len(job.detections)) for job in window)


def _finish_ns(job: EndedJob) -> int:
    return job.report.finish_ns


def _as_arrays(fields: Fields) -> Fields:
    """Return fields with lists of numbers as the arrays that bags are written from."""
    return {
        **fields,
        'variant_jobs': np.array(fields['variant_jobs'], np.uint32),
        'variant_accuracies': np.array(fields['variant_accuracies'], np.float32),
    }
