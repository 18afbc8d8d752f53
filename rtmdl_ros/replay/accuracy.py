# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The accuracy of what came on time, against the truth."""

from pathlib import Path

import numpy as np

from rtmdl_ros.evidence.recording import TaskRecording, TruthFrame
from rtmdl_ros.scaling.coco import average_precision
from rtmdl_ros.scaling.frames import LabelledPicture


def on_time_accuracy(recording: TaskRecording) -> float | None:
    """Return the mean average precision at half overlap, 0 to 1; a missed frame finds nothing.

    Of the frames whose truth is known; None where that has no object at all.
    """
    on_time = recording.on_time
    known = _known(recording)
    found = [on_time.get(frame.stamp, ()) for frame in known]
    objects = [each for frame in known for each in frame.objects]
    if not objects:
        return None
    classes = sorted({each.class_name for each in (*objects, *(d for f in found for d in f))})
    frames = [_labelled(frame, classes) for frame in known]
    return average_precision(frames, found, classes).ap50


def frames_scored(recording: TaskRecording) -> int:
    """Return how many frames have a known truth."""
    return len(_known(recording))


def _known(recording: TaskRecording) -> list[TruthFrame]:
    return [frame for frame in recording.truth if recording.knows(frame.stamp)]


def _labelled(frame: TruthFrame, classes: list[str]) -> LabelledPicture:
    edges = [(o.box.x_min, o.box.y_min, o.box.x_max, o.box.y_max) for o in frame.objects]
    return LabelledPicture(
        path=Path(),
        source='truth',
        boxes=np.array(edges, np.float32).reshape(-1, 4),
        labels=np.array([classes.index(o.class_name) for o in frame.objects], np.int64),
        regions=np.zeros((0, 5), np.float32),
        source_labels=tuple(o.class_name for o in frame.objects),
        width=0,
        height=0,
    )
