# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Users' own data for the three networks, told from the data sets of this project by their form."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rtmdl_ros.rendering.signs import sign_family
from rtmdl_ros.scaling.coco_folder import has_coco_form, read_coco_split
from rtmdl_ros.scaling.frames import Frame
from rtmdl_ros.scaling.labelled import checked
from rtmdl_ros.scaling.picture_files import PictureFiles
from rtmdl_ros.scaling.yolo_folder import DATA_FILE, read_yolo_split
from rtmdl_ros.workload.classes import TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS


def is_own(data: Path) -> bool:
    """Tell whether a folder holds labelled pictures in COCO's or YOLO's form."""
    return (data / DATA_FILE).is_file() or has_coco_form(data)


#: One a folder, so that a picture in two splits is seen.
_files = cache(PictureFiles)


@cache
def own_frames(data: Path, classes: tuple[str, ...], name: str) -> tuple[Frame, ...]:
    """Read and check the pictures of a split, train, val or test, once; tell what was left out.

    There may be no test. Raises DataError where they cannot be used.
    """
    read = read_yolo_split if (data / DATA_FILE).is_file() else read_coco_split
    split = read(data, name)
    if name == 'test' and not split.pictures:
        return ()
    frames = checked(split, lambda label: class_number(label, classes), _files(data), data)
    print(f'{data}: {len(frames)} {name} images', file=sys.stderr)
    split.findings.tell(data)
    return frames


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
