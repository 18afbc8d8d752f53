# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From the detector's output maps to detections in the image; shared by node and evaluation."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.networks.letterbox import box_to_image
from rtmdl_ros.workload.detection import Box, Detection

Array = NDArray[np.float32]
MAX_DETECTIONS = 100
#: Two boxes that share more than this are one object.
SAME_OBJECT_IOU = 0.5


def _overlap(box: Array, others: Array) -> Array:
    """Return the intersection over union of a box (4,) with others (N, 4)."""
    low = np.maximum(box[:2], others[:, :2])
    high = np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    area = float(np.prod(box[2:] - box[:2]))
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(shared / np.maximum(area + areas - shared, 1e-9), dtype=np.float32)


def suppress(boxes: Array, scores: Array) -> NDArray[np.intp]:
    """Return the rows that greedy non-maximum suppression keeps, best score first.

    boxes is (N, 4), scores (N,). All classes together: one object has one class.
    """
    order = np.argsort(-scores, kind='stable')
    kept: list[int] = []
    while len(order):
        best = order[0]
        kept.append(int(best))
        rest = order[1:]
        order = rest[_overlap(boxes[best], boxes[rest]) <= SAME_OBJECT_IOU]
    return np.array(kept, dtype=np.intp)


def decode(
    scores: Array,
    boxes: Array,
    *,
    classes: Sequence[str],
    score_threshold: float,
    scale: float,
    image_height: int,
    image_width: int,
    max_detections: int = MAX_DETECTIONS,
) -> tuple[Detection, ...]:
    """Return what the network found, best score first, boxes in image pixels and clipped to it.

    scores (1, C, h, w) 0 to 1 with non-peaks at 0 and boxes (1, 4, h, w) x_min, y_min, x_max,
    y_max in input pixels, both as the exported network gives them; scale is the letterbox's.
    """
    labels, rows, columns = np.nonzero(scores[0] >= max(score_threshold, 1e-6))
    found = scores[0][labels, rows, columns]
    if len(found) > 4 * max_detections:
        top = np.argsort(-found, kind='stable')[: 4 * max_detections]
        labels, rows, columns, found = labels[top], rows[top], columns[top], found[top]
    corners = np.ascontiguousarray(boxes[0][:, rows, columns].T)
    detections = []
    for at in suppress(corners, found)[:max_detections]:
        x_min, y_min, x_max, y_max = (float(edge) for edge in corners[at])
        box = box_to_image(Box(x_min, y_min, x_max, y_max), scale, image_height, image_width)
        if box.width > 0 and box.height > 0:
            detections.append(Detection(classes[labels[at]], float(found[at]), box))
    return tuple(detections)
