# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Average precision by the COCO rules, through pycocotools."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.workload.detection import Detection


@dataclass(frozen=True)
class Precision:
    """Average precision, 0 to 1; a class without a box in the truth is left out."""

    ap50: float
    ap50_95: float
    per_class_ap50: dict[str, float]
    boxes: dict[str, int]


def _truth(
    frames: Sequence[LabelledPicture], classes: Sequence[str], merged: bool
) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for number, frame in enumerate(frames, start=1):
        for box, label in zip(frame.boxes, frame.labels, strict=True):
            rows.append(_row(number, 0 if merged else int(label), box, 0))
        # A region without reward belongs to no class, so every class gets it.
        for region in _unrewarded(frame):
            for label in range(1 if merged else len(classes)):
                rows.append(_row(number, label, region, 1))
    for identifier, row in enumerate(rows, start=1):
        row['id'] = identifier
    return {
        'info': {},
        'images': [
            {'id': number, 'width': frame.width, 'height': frame.height}
            for number, frame in enumerate(frames, start=1)
        ],
        'annotations': rows,
        'categories': [{'id': label + 1, 'name': name} for label, name in enumerate(classes)],
    }


def _unrewarded(frame: LabelledPicture) -> list[NDArray[np.float32]]:
    """Return the boxes of the frame's regions in which detections are not punished.

    COCO knows no regions inside of which some count again, as the surroundings of the labels of
    an incomplete picture do: that the rest of the picture does not count is left out there.
    """
    unrewarded = []
    for at, region in enumerate(frame.regions):
        x_min, y_min, x_max, y_max, value = region
        whole = x_max - x_min >= frame.width and y_max - y_min >= frame.height
        painted_over = whole and frame.regions[at + 1 :, 4].any()
        if value == 0 and not painted_over:
            unrewarded.append(region[:4])
    return unrewarded


def _row(image: int, label: int, box: Any, crowd: int) -> dict[str, Any]:
    x, y, right, bottom = (float(edge) for edge in box)
    return {
        'image_id': image,
        'category_id': label + 1,
        'bbox': [x, y, right - x, bottom - y],
        'area': (right - x) * (bottom - y),
        'iscrowd': crowd,
    }


def _results(
    found: Sequence[Sequence[Detection]], classes: Sequence[str], merged: bool
) -> list[dict[str, Any]]:
    rows = []
    for number, detections in enumerate(found, start=1):
        for detection in detections:
            box = detection.box
            label = 0 if merged else classes.index(detection.class_name)
            row = _row(number, label, (box.x_min, box.y_min, box.x_max, box.y_max), 0)
            rows.append({**row, 'score': detection.score})
    return rows


def average_precision(
    frames: Sequence[LabelledPicture],
    found: Sequence[Sequence[Detection]],
    classes: Sequence[str],
    merged: bool = False,
    least_boxes: int = 1,
) -> Precision:
    """Return the precision of detections, one sequence a frame, against the frames' boxes.

    `merged` takes all classes as one, which leaves only the question of where. Classes with fewer
    than `least_boxes` in the truth do not count in the means, unless there are no others; all is 0
    where the truth has no box.
    """
    names = ('any',) if merged else tuple(classes)
    counts = np.bincount(
        np.concatenate([frame.labels * (not merged) for frame in frames]), minlength=len(names)
    )
    boxes = {name: int(count) for name, count in zip(names, counts, strict=True)}
    results = _results(found, classes, merged)
    if not results or not counts.any():
        present = {name: 0.0 for name, count in boxes.items() if count}
        return Precision(0.0, 0.0, present, boxes)
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = _truth(frames, names, merged)
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(results), 'bbox')
        evaluation.evaluate()
        evaluation.accumulate()
    # precision: IoU threshold x recall x class x area x number of detections
    curves = evaluation.eval['precision'][:, :, :, 0, -1]
    seen = [at for at, name in enumerate(names) if boxes[name]]
    frequent = [at for at in seen if boxes[names[at]] >= least_boxes] or seen
    return Precision(
        float(np.mean(curves[0][:, frequent])),
        float(np.mean(curves[:, :, frequent])),
        {names[at]: float(np.mean(curves[0][:, at])) for at in seen},
        boxes,
    )
