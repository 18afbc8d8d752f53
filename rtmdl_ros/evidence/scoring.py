# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Precision and recall of a task against the truth; a late answer is no answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtmdl_ros.evidence.recording import TaskRecording
from rtmdl_ros.workload.detection import Box, Detection, intersection_over_union


@dataclass(frozen=True)
class FrameMatch:
    """Which detections of a frame are right."""

    #: Indices of (detection, true object), each used once.
    pairs: tuple[tuple[int, int], ...]
    #: That are right or wrong.
    detections: int
    objects: int


def match_frame(
    found: Sequence[Detection],
    objects: Sequence[Detection],
    least_iou: float,
    unknown: Sequence[Box] = (),
) -> FrameMatch:
    """Pair detections with true objects of the same class and at least this overlap.

    As usual for detectors (PASCAL VOC, Everingham et al. 2010): in order of falling score, each
    detection takes the free object that it overlaps most. One without an object whose centre is in
    a part of which nothing is known does not count.
    """
    pairs: list[tuple[int, int]] = []
    free = set(range(len(objects)))
    for number in sorted(range(len(found)), key=lambda i: -found[i].score):
        overlaps = [
            (intersection_over_union(found[number].box, objects[i].box), -i)
            for i in free
            if objects[i].class_name == found[number].class_name
        ]
        best, index = max(overlaps, default=(0.0, 0))
        if best >= least_iou:
            free.discard(-index)
            pairs.append((number, -index))
    paired = {number for number, _ in pairs}
    open_to_doubt = sum(
        number not in paired and any(_has_centre(box, each.box) for box in unknown)
        for number, each in enumerate(found)
    )
    return FrameMatch(tuple(pairs), len(found) - open_to_doubt, len(objects))


def _has_centre(outer: Box, inner: Box) -> bool:
    x, y = inner.centre
    return outer.x_min <= x <= outer.x_max and outer.y_min <= y <= outer.y_max


@dataclass(frozen=True)
class Score:
    """Counts over all frames of a task at one least overlap."""

    least_iou: float
    #: Detections that came on time, and how many of them are right.
    detections: int
    correct: int
    #: True objects in the frames answered on time.
    objects_answered: int
    #: True objects in all frames that were published.
    objects: int

    @property
    def precision(self) -> float | None:
        """Right detections / detections; None when there were none."""
        return self.correct / self.detections if self.detections else None

    @property
    def recall_answered(self) -> float | None:
        """Objects found / objects in frames answered on time: what the network can."""
        return self.correct / self.objects_answered if self.objects_answered else None

    @property
    def f1_answered(self) -> float | None:
        """Harmonic mean of precision and recall in frames answered on time; None without both."""
        both = self.detections + self.objects_answered
        return 2 * self.correct / both if both else None

    @property
    def recall_on_time(self) -> float | None:
        """Objects found / objects in all frames; missed and lost frames found nothing."""
        return self.correct / self.objects if self.objects else None


def score(task: TaskRecording, least_iou: float) -> Score:
    """Score the detections that came on time against the truth of all published frames."""
    on_time = task.on_time
    matches = [
        match_frame(on_time[frame.stamp], frame.objects, least_iou, frame.unknown)
        for frame in task.truth
        if frame.stamp in on_time
    ]
    return Score(
        least_iou=least_iou,
        detections=sum(match.detections for match in matches),
        correct=sum(len(match.pairs) for match in matches),
        objects_answered=sum(match.objects for match in matches),
        objects=sum(len(frame.objects) for frame in task.truth),
    )
