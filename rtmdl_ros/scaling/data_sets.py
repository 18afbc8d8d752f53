# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The detectors' data sets: COCO files of traffic lights and of traffic signs in full frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from rtmdl_ros.rendering.signs import sign_family
from rtmdl_ros.scaling.coco_folder import read_coco_file
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.folders import first_missing
from rtmdl_ros.scaling.frames import NEAR, LabelledPicture
from rtmdl_ros.scaling.labelled import Label, Picture
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES

_GTSDB = Path('traffic_sign_frames', 'gtsdb')
_FORMS = (
    'give --data the folder of the data sets, or pictures of your own in the form of COCO '
    '(train/_annotations.coco.json, val/...) or YOLO (data.yaml)'
)


@dataclass(frozen=True)
class _Role:
    """What a box is to the network: a class (label), or a region without an object."""

    label: int | None
    region: float | None = None


def _around(box: Sequence[float]) -> tuple[float, float, float, float]:
    margin = NEAR * max(box[2] - box[0], box[3] - box[1])
    return box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin


def _frame(picture: Picture, role: Callable[[Label], _Role], complete: bool) -> LabelledPicture:
    """Return the frame; raises ValueError for what its label file should not say."""
    if picture.size is None:
        raise ValueError(f'{picture.path.name} has no width and height')
    width, height = picture.size
    boxes, labels, regions, source_labels = [], [], [], []
    if not complete:
        regions.append((0.0, 0.0, float(width), float(height), 0.0))
    for label in picture.labels:
        try:
            part, box = role(label), label.box
        except (KeyError, ValueError):
            raise ValueError(f'{picture.path.name} shows {label.name!r}') from None
        if not all(map(isfinite, box)):
            raise ValueError(f'a box of {picture.path.name} is not four numbers')
        if part.label is not None:
            boxes.append(box)
            labels.append(part.label)
            source_labels.append(label.name)
        if part.region is not None:
            regions.append((*box, part.region))
        elif not complete:
            regions.append((*_around(box), 1.0))
    return LabelledPicture(
        picture.path,
        picture.source,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(regions, np.float32).reshape(-1, 5),
        tuple(source_labels),
        width,
        height,
    )


def _read(
    folder: Path, split: str, role: Callable[[Label], _Role], complete: bool
) -> tuple[LabelledPicture, ...]:
    path = folder / 'labels.json'
    if not path.is_file():
        raise DataError(first_missing(path), 'is missing', _FORMS)
    pictures = [each for each in read_coco_file(path).pictures if each.split == split]
    # The public test may be somewhere else.
    if not pictures and split != 'test_public':
        raise DataError(path, f'no image has the split {split!r}', _FORMS)
    try:
        return tuple(_frame(picture, role, complete) for picture in pictures)
    except ValueError as error:
        raise DataError(path, f'is of another data set ({error})', _FORMS) from error


def _light_role(label: Label) -> _Role:
    if label.ignored:
        return _Role(None, 0.0)
    return _Role(TRAFFIC_LIGHT_STATES.index(label.name))


def _gtsdb_role(label: Label) -> _Role:
    return _Role(TRAFFIC_SIGN_FAMILIES.index(sign_family(label.name)))


#: Families of the Road Sign Detection classes; a traffic light is no sign, a crosswalk plate is
#: none of the 43 and neither rewarded nor punished.
ROAD_SIGNS = {
    'speedlimit': _Role(TRAFFIC_SIGN_FAMILIES.index('prohibitory')),
    'stop': _Role(TRAFFIC_SIGN_FAMILIES.index('other')),
    'trafficlight': _Role(None, 1.0),
    'crosswalk': _Role(None, 0.0),
}


def _road_sign_role(label: Label) -> _Role:
    return ROAD_SIGNS[label.name]


def read_lights(data: Path, split: str) -> tuple[LabelledPicture, ...]:
    """Return the traffic-light frames of a split: train, val or test_public."""
    return _read(data / 'traffic_light', split, _light_role, complete=True)


def has_gtsdb(data: Path) -> bool:
    """Tell whether a folder holds the German frames."""
    return (data / _GTSDB).is_dir()


def read_gtsdb(data: Path, split: str) -> tuple[LabelledPicture, ...]:
    """Return the German frames of a split; all their signs of the 43 classes are labelled."""
    return _read(data / _GTSDB, split, _gtsdb_role, complete=True)


def read_road_signs(data: Path, split: str) -> tuple[LabelledPicture, ...]:
    """Return the Road Sign Detection frames of a split, whose labels are incomplete."""
    folder = data / 'traffic_sign_frames' / 'road_sign_detection'
    return _read(folder, split, _road_sign_role, complete=False)
