# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A folder of small pictures with labels in COCO's form."""

import json
from pathlib import Path

import cv2
import numpy as np


def write_labelled(folder: Path, names: list[str], *pictures: dict) -> Path:
    """Write a picture of 32x24 for each of `pictures`, and labels.json; returns the folder.

    Each picture may have `split` and `boxes`: (number of the name, [x, y, width, height], more).
    """
    folder.mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for number, each in enumerate(pictures):
        name = f'{number}.png'
        cv2.imwrite(str(folder / name), np.full((24, 32, 3), 10 + number, np.uint8))
        split = {'split': each['split']} if 'split' in each else {}
        images.append({'id': number, 'file_name': name, **split})
        for category, box, *more in each.get('boxes', ()):
            annotation = {'image_id': number, 'category_id': category, 'bbox': box}
            annotations.append({**annotation, **(more[0] if more else {})})
    content = {
        'images': images,
        'annotations': annotations,
        'categories': [{'id': at, 'name': name} for at, name in enumerate(names)],
    }
    (folder / 'labels.json').write_text(json.dumps(content))
    return folder
