# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Pictures of a user in COCO's and YOLO's form."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.own_data import OwnData
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES

WIDTH, HEIGHT = 100, 80


def picture(path: Path, shade: int) -> None:
    """Write a picture that no other equals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((HEIGHT, WIDTH, 3), shade, np.uint8))


def coco(folder: Path, shade: int, boxes: list[list[Any]], name: str = 'Red') -> None:
    """Write a split with one picture and its boxes, as Roboflow exports it."""
    picture(folder / 'a.jpg', shade)
    content = {
        'images': [{'id': 7, 'file_name': 'a.jpg', 'width': WIDTH, 'height': HEIGHT}],
        'categories': [{'id': 0, 'name': 'lights'}, {'id': 1, 'name': name}],
        'annotations': [
            {'id': at, 'image_id': 7, 'category_id': 1, 'bbox': box}
            for at, box in enumerate(boxes)
        ],
    }
    (folder / '_annotations.coco.json').write_text(json.dumps(content))


def yolo(folder: Path) -> None:
    """Write data.yaml with a train and a val split of one picture each."""
    folder.mkdir(parents=True, exist_ok=True)
    for shade, split in ((10, 'train'), (20, 'val')):
        picture(folder / split / 'images' / 'b.png', shade)
        labels = folder / split / 'labels'
        labels.mkdir()
        (labels / 'b.txt').write_text('0 0.5 0.5 0.2 0.5\n1 0.1 0.1 0.3 0.1 0.3 0.4\n')
    (folder / 'data.yaml').write_text(
        'train: ../train/images\nval: ../val/images\nnames: [green, RED]\n'
    )


def frames(data: Path, split: str = 'train') -> tuple[LabelledPicture, ...]:
    """Read a split of pictures of lights, and nothing before it."""
    return OwnData(data).split(split, TRAFFIC_LIGHT_STATES)


def refusal(data: Path, split: str = 'train') -> str:
    """Return why a split is refused, one line with its folder."""
    with pytest.raises(DataError) as caught:
        frames(data, split)
    message = str(caught.value)
    assert '\n' not in message and str(data) in message
    return message
