# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The detectors' data: COCO files of traffic lights and of traffic signs in full frames."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES

Boxes = NDArray[np.float32]
#: How far around a box the background is trusted in pictures with missing labels.
NEAR = 0.4


@dataclass(frozen=True)
class Frame:
    """One labelled picture.

    `boxes` (N, 4) float32 x_min, y_min, x_max, y_max in pixels with `labels` (N,) int64.
    `regions` (R, 5) float32: rectangles painted in order, the fifth number 1 where detections
    are rewarded and punished and 0 where they are not; outside of all of them it is 1.
    """

    path: Path
    source: str
    boxes: Boxes
    labels: NDArray[np.int64]
    regions: Boxes
    #: The public data's class of each box, as its own label file has it.
    source_labels: tuple[str, ...]
    width: int
    height: int

    def image(self) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) BGR."""
        image = cv2.imread(str(self.path), cv2.IMREAD_COLOR)
        if image is None:
            raise DataError(self.path, 'cannot be read as an image', 'restore it from the source')
        return np.asarray(image, dtype=np.uint8)


@dataclass(frozen=True)
class _Role:
    """What a box is to the network: a class (label), or a region without an object."""

    label: int | None
    region: float | None = None


def _corners(annotation: dict[str, Any]) -> tuple[float, float, float, float]:
    x, y, width, height = annotation['bbox']
    return x, y, x + width, y + height


def _around(box: Sequence[float]) -> tuple[float, float, float, float]:
    margin = NEAR * max(box[2] - box[0], box[3] - box[1])
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin


def _frame(
    folder: Path,
    image: dict[str, Any],
    annotations: Sequence[dict[str, Any]],
    names: dict[int, str],
    role: Callable[[dict[str, Any]], _Role],
    complete: bool,
) -> Frame:
    boxes, labels, regions, source_labels = [], [], [], []
    if not complete:
        regions.append((0.0, 0.0, float(image['width']), float(image['height']), 0.0))
    for annotation in annotations:
        part, box = role(annotation), _corners(annotation)
        if part.label is not None:
            boxes.append(box)
            labels.append(part.label)
            source_labels.append(names[annotation['category_id']])
        if part.region is not None:
            regions.append((*box, part.region))
        elif not complete:
            regions.append((*_around(box), 1.0))
    return Frame(
        folder / image['file_name'],
        image['source'],
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(regions, np.float32).reshape(-1, 5),
        tuple(source_labels),
        image['width'],
        image['height'],
    )


def _read(
    folder: Path,
    split: str,
    role: Callable[[dict[str, Any], dict[int, dict[str, Any]]], _Role],
    complete: bool,
) -> tuple[Frame, ...]:
    path = folder / 'labels.json'
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        raise DataError(path, 'is missing', 'give --data the folder of the data sets') from None
    except json.JSONDecodeError as error:
        raise DataError(path, f'is not JSON ({error})', 'restore it from the source') from None
    categories = {category['id']: category for category in content['categories']}
    names = {number: category['name'] for number, category in categories.items()}
    of_image: dict[int, list[dict[str, Any]]] = {}
    for annotation in content['annotations']:
        of_image.setdefault(annotation['image_id'], []).append(annotation)
    return tuple(
        _frame(
            folder, image, of_image.get(image['id'], []), names,
            lambda annotation: role(annotation, categories), complete,
        )
        for image in content['images']
        if image['split'] == split
    )  # fmt: skip


def _light_role(annotation: dict[str, Any], categories: dict[int, dict[str, Any]]) -> _Role:
    if annotation['ignore']:
        return _Role(None, 0.0)
    return _Role(TRAFFIC_LIGHT_STATES.index(categories[annotation['category_id']]['name']))


def _gtsdb_role(annotation: dict[str, Any], categories: dict[int, dict[str, Any]]) -> _Role:
    family = categories[annotation['category_id']]['supercategory']
    return _Role(TRAFFIC_SIGN_FAMILIES.index(family))


#: Families of the Road Sign Detection classes; a traffic light is no sign, a crosswalk plate is
#: none of the 43 and neither rewarded nor punished.
ROAD_SIGNS = {
    'speedlimit': _Role(TRAFFIC_SIGN_FAMILIES.index('prohibitory')),
    'stop': _Role(TRAFFIC_SIGN_FAMILIES.index('other')),
    'trafficlight': _Role(None, 1.0),
    'crosswalk': _Role(None, 0.0),
}


def _road_sign_role(annotation: dict[str, Any], categories: dict[int, dict[str, Any]]) -> _Role:
    return ROAD_SIGNS[categories[annotation['category_id']]['name']]


def read_lights(data: Path, split: str) -> tuple[Frame, ...]:
    """Return the traffic-light frames of a split: train, val or test_public."""
    return _read(data / 'traffic_light', split, _light_role, complete=True)


def read_gtsdb(data: Path, split: str) -> tuple[Frame, ...]:
    """Return the German frames of a split; all their signs of the 43 classes are labelled."""
    return _read(data / 'traffic_sign_frames' / 'gtsdb', split, _gtsdb_role, complete=True)


def read_road_signs(data: Path, split: str) -> tuple[Frame, ...]:
    """Return the Road Sign Detection frames of a split, whose labels are incomplete."""
    folder = data / 'traffic_sign_frames' / 'road_sign_detection'
    return _read(folder, split, _road_sign_role, complete=False)
