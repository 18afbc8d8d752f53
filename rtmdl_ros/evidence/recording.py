# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the listener saw of a run: the truth of every frame and what became of it in every task."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf

from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Outcome

#: All of a frame: nobody knows what is in it.
EVERYWHERE = (Box(-inf, -inf, inf, inf),)
#: Frames are told apart by the stamp in their header, in nanoseconds.
Stamp = int


@dataclass(frozen=True)
class TruthFrame:
    """One published frame and the objects that are really in it."""

    #: Number of the frame in the rendered drive.
    index: int
    stamp: Stamp
    objects: tuple[Detection, ...]
    #: Parts of the frame of which nobody knows what is in them.
    unknown: tuple[Box, ...] = ()


@dataclass(frozen=True)
class TaskRecording:
    """One task: what it should have found, and how its jobs ended."""

    task: str
    #: By index, without repetition.
    truth: tuple[TruthFrame, ...]
    #: Detections of the jobs that finished, on time or late.
    answers: Mapping[Stamp, tuple[Detection, ...]]
    #: How the jobs that were not on time ended.
    misses: Mapping[Stamp, Outcome]
    #: Otherwise nobody can tell what is in the frames of `truth`.
    truth_known: bool = True

    def objects_at(self, stamp: Stamp) -> tuple[Detection, ...]:
        """Return what is really in the frame with this stamp; nothing in one never published."""
        return self._objects.get(stamp, ())

    def knows(self, stamp: Stamp) -> bool:
        """Tell whether it is known what is in the frame with this stamp."""
        return self.truth_known and stamp not in self._unknown

    @cached_property
    def _unknown(self) -> frozenset[Stamp]:
        return frozenset(frame.stamp for frame in self.truth if frame.unknown == EVERYWHERE)

    @cached_property
    def _objects(self) -> dict[Stamp, tuple[Detection, ...]]:
        return {frame.stamp: frame.objects for frame in self.truth}

    @property
    def received(self) -> frozenset[Stamp]:
        """Stamps of the frames that reached the node."""
        return frozenset(self.answers) | frozenset(self.misses)

    @property
    def on_time(self) -> dict[Stamp, tuple[Detection, ...]]:
        """Detections of the jobs that were on time."""
        return {s: found for s, found in self.answers.items() if s not in self.misses}


def cut(task: TaskRecording, first: Stamp, last: Stamp) -> TaskRecording:
    """Return the part of a recording from the first to the last stamp, both included."""
    return TaskRecording(
        task.task,
        tuple(frame for frame in task.truth if first <= frame.stamp <= last),
        {stamp: found for stamp, found in task.answers.items() if first <= stamp <= last},
        {stamp: outcome for stamp, outcome in task.misses.items() if first <= stamp <= last},
        task.truth_known,
    )


@dataclass(frozen=True)
class Recording:
    """All tasks from the first to the last frame that reached the node."""

    tasks: tuple[TaskRecording, ...]

    @property
    def published(self) -> int:
        """Frames that the camera published in that time, whether they arrived or not."""
        return max((len(task.truth) for task in self.tasks), default=0)

    @property
    def skipped(self) -> int:
        """Frames that the camera left out because they were not rendered in time."""
        indices = [frame.index for task in self.tasks for frame in task.truth]
        return max(indices) - min(indices) + 1 - self.published if indices else 0

    @property
    def received(self) -> int:
        """Frames of them that reached the node."""
        return len(self._stamps & frozenset[Stamp]().union(*(t.received for t in self.tasks)))

    @property
    def received_less(self) -> dict[str, int]:
        """How many of them reached tasks that look at cameras which lost some, by task."""
        counts = {task.task: len(self._stamps & task.received) for task in self.tasks}
        return {task: count for task, count in counts.items() if count < self.received}

    @cached_property
    def _stamps(self) -> frozenset[Stamp]:
        return frozenset(frame.stamp for task in self.tasks for frame in task.truth)

    @property
    def delivered(self) -> float:
        """received / published, 0 to 1; 0 when nothing was published."""
        return self.received / max(1, self.published)


def recording_of(tasks: tuple[TaskRecording, ...]) -> Recording:
    """Cut all tasks to the time from the first to the last frame that reached the node."""
    stamps = frozenset[Stamp]().union(*(task.received for task in tasks))
    if not stamps:
        return Recording(tuple(cut(task, 1, 0) for task in tasks))
    first, last = min(stamps), max(stamps)
    return Recording(tuple(cut(task, first, last) for task in tasks))
