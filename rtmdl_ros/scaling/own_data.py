# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Users' own data for the three networks, told from the data sets of this project by their form."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from rtmdl_ros.rendering.signs import sign_family
from rtmdl_ros.scaling.coco_folder import has_coco_form, read_coco_split
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.labelled import checked
from rtmdl_ros.scaling.picture_files import PictureFiles
from rtmdl_ros.scaling.yolo_folder import DATA_FILE, read_yolo_split, yolo_images
from rtmdl_ros.workload.classes import TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS


def is_own(data: Path) -> bool:
    """Tell whether a folder holds labelled pictures in COCO's or YOLO's form."""
    return _has_yolo_form(data) or has_coco_form(data)


def _has_yolo_form(data: Path) -> bool:
    return (data / DATA_FILE).is_file()


class OwnData:
    """The labelled pictures of a folder."""

    def __init__(self, folder: Path) -> None:
        """Begin with none read."""
        self._folder = folder
        self._files = PictureFiles(folder, self._images)
        self._frames: dict[tuple[str, tuple[str, ...]], tuple[LabelledPicture, ...]] = {}

    def split(self, name: str, classes: tuple[str, ...]) -> tuple[LabelledPicture, ...]:
        """Read and check the pictures of train, val or test once; tell what was left out.

        There may be no test. Raises DataError where they cannot be used.
        """
        if (name, classes) not in self._frames:
            self._frames[name, classes] = self._read(name, classes)
        return self._frames[name, classes]

    def _read(self, name: str, classes: tuple[str, ...]) -> tuple[LabelledPicture, ...]:
        folder = self._folder
        read = read_yolo_split if _has_yolo_form(folder) else read_coco_split
        split = read(folder, name)
        if name == 'test' and not split.pictures:
            return ()
        frames = checked(split, lambda label: class_number(label, classes), self._files, folder)
        print(f'{folder}: {len(frames)} {name} images', file=sys.stderr)
        split.findings.tell(folder)
        return frames

    def _images(self, name: str) -> Iterable[Path]:
        if _has_yolo_form(self._folder):
            return yolo_images(self._folder, name)
        return (picture.path for picture in read_coco_split(self._folder, name).pictures)


#: One a folder: training, thresholds and figures read each picture once, and tell of it once.
own_data = cache(OwnData)


def class_number(name: str, classes: Sequence[str]) -> int | None:
    """Return a network's class of a name in the data; None where it has no such class.

    Small letters and underscores are as good as capitals, spaces and dashes; a traffic sign
    counts as its family where the network tells families apart.
    """
    plain = name.strip().lower().replace(' ', '_').replace('-', '_')
    if plain in classes:
        return classes.index(plain)
    if plain in TRAFFIC_SIGNS and tuple(classes) == TRAFFIC_SIGN_FAMILIES:
        return classes.index(sign_family(plain))
    return None
