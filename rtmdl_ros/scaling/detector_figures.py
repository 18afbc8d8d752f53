# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Detectors on labelled frames, through the very stages that the node runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rtmdl_ros.perception.detector import DetectorStages
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Model, Work
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.workload.detection import RIGHT_IOU, Box, Detection, intersection_over_union

#: Detections below this do not change average precision noticeably.
EVALUATION_THRESHOLD = 0.02


@dataclass(frozen=True)
class Match:
    """One detection or missed box of one frame (by index)."""

    frame: int
    #: None for a missed box.
    detection: Detection | None
    #: None for a false alarm.
    truth: Detection | None

    @property
    def right(self) -> bool:
        """Say whether place and class agree."""
        found, there = self.detection, self.truth
        return found is not None and there is not None and found.class_name == there.class_name


def detect_all(model: Model, frames: Sequence[LabelledPicture]) -> list[tuple[Detection, ...]]:
    """Return the detections of every frame with at least EVALUATION_THRESHOLD's score."""
    detector = DetectorStages(model)
    found = []
    for frame in frames:
        work = Work(Frame(frame.image, 0, None))
        for stage in detector.stages:
            stage.run(work)
        found.append(detector.decode(work, EVALUATION_THRESHOLD))
    return found


def truth_of(frame: LabelledPicture, classes: Sequence[str]) -> list[Detection]:
    """Return a frame's boxes as detections with score 1."""
    return [
        Detection(classes[label], 1.0, Box(*(float(edge) for edge in box)))
        for box, label in zip(frame.boxes, frame.labels, strict=True)
    ]


def _rewarded(frame: LabelledPicture, box: Box) -> bool:
    """Say whether the box's centre lies where detections count (see `LabelledPicture.regions`)."""
    x, y = box.centre
    value = 1.0
    for x_min, y_min, x_max, y_max, painted in frame.regions:
        if x_min <= x <= x_max and y_min <= y <= y_max:
            value = painted
    return value > 0


def match_all(
    frames: Sequence[LabelledPicture],
    found: Sequence[Sequence[Detection]],
    classes: Sequence[str],
    threshold: float,
) -> list[Match]:
    """Match detections, best first, with boxes of IoU 0.5 or more, whatever the class.

    Unmatched detections where nothing is punished are left out.
    """
    matches = []
    for number, (frame, detections) in enumerate(zip(frames, found, strict=True)):
        open_boxes = truth_of(frame, classes)
        for detection in detections:
            if detection.score < threshold:
                continue
            best = max(
                open_boxes,
                key=lambda box: intersection_over_union(detection.box, box.box),
                default=None,
            )
            if best and intersection_over_union(detection.box, best.box) >= RIGHT_IOU:
                open_boxes.remove(best)
                matches.append(Match(number, detection, best))
            elif _rewarded(frame, detection.box):
                matches.append(Match(number, detection, None))
        matches += [Match(number, None, box) for box in open_boxes]
    return matches


def f1_of(matches: Sequence[Match]) -> tuple[float, float, float]:
    """Return F1, precision and recall; a wrong class is a false alarm and a miss."""
    right = sum(match.right for match in matches)
    found = sum(match.detection is not None for match in matches)
    there = sum(match.truth is not None for match in matches)
    precision, recall = right / max(1, found), right / max(1, there)
    return 2 * right / max(1, found + there), precision, recall


def best_threshold(
    frames: Sequence[LabelledPicture], found: Sequence[Sequence[Detection]], classes: Sequence[str]
) -> float:
    """Return the score threshold, 0.10 to 0.80 in steps of 0.01, with the best F1.

    F1 is averaged over a neighbourhood of 0.05 so that one lucky detection does not decide.
    """
    steps = np.round(np.arange(0.05, 0.86, 0.01), 2)
    figures = [f1_of(match_all(frames, found, classes, float(step)))[0] for step in steps]
    smooth = np.convolve(figures, np.ones(11) / 11, mode='valid')
    return float(steps[5 + int(np.argmax(smooth))])
