# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures of users in COCO's form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.labelled import Label, Picture, Splits

#: Names of each split's folder, and of the label file in it, as common tools export them.
_FOLDERS = (('train',), ('val', 'valid', 'validation'), ('test',))
LABEL_FILES = ('_annotations.coco.json', 'annotations.json', 'labels.json')


class CocoFile(NamedTuple):
    """A label file."""

    #: All classes that it tells apart.
    names: tuple[str, ...]
    pictures: tuple[Picture, ...]


def has_coco_form(folder: Path) -> bool:
    """Tell whether a folder of any split has a label file."""
    return any(_label_file(folder, names) for names in _FOLDERS)


def read_coco_folder(folder: Path) -> Splits:
    """Return the pictures of folder/train, folder/val and, if there is one, folder/test.

    Each holds images and one of the label files. Raises DataError for a label file that is no
    COCO file.
    """
    paths = [_label_file(folder, names) for names in _FOLDERS]
    return Splits(*(read_coco_file(path).pictures if path else () for path in paths))


def _label_file(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((path for name in names if (path := label_file(folder / name))), None)


def label_file(folder: Path) -> Path | None:
    """Return the label file in a folder of pictures, None where there is none."""
    paths = (folder / file for file in LABEL_FILES)
    return next((path for path in paths if path.is_file()), None)


def read_coco_file(path: Path) -> CocoFile:
    """Return what a label file says of the pictures, whose paths are taken from its folder.

    Boxes marked `ignore` or `iscrowd` are to be ignored, `split` of an image is its split. Raises
    DataError for what is no COCO file.
    """
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise DataError(path, f'cannot be read as JSON ({error})', 'export it again') from error
    try:
        names = {category['id']: str(category['name']) for category in content['categories']}
        labels: dict[Any, list[Label]] = {image['id']: [] for image in content['images']}
        for annotation in content['annotations']:
            name = names.get(annotation['category_id'], f'number {annotation["category_id"]}')
            of_image = labels.get(annotation['image_id'])
            if of_image is not None:
                ignored = bool(annotation.get('ignore') or annotation.get('iscrowd'))
                box = _corners(annotation['bbox'])
                of_image.append(Label(name, box, ignored=ignored))
        pictures = tuple(
            Picture(
                path.parent / str(image['file_name']), tuple(labels[image['id']]),
                str(image.get('split', '')),
            )
            for image in content['images']
        )  # fmt: skip
        return CocoFile(tuple(names.values()), pictures)
    except (AttributeError, KeyError, TypeError) as error:
        problem = f'is no COCO file ({type(error).__name__}: {error})'
        raise DataError(path, problem, 'export it in COCO detection form') from error


def _corners(bbox: Any) -> tuple[float, float, float, float]:
    """Return the corners of [x, y, width, height]; not-a-numbers for anything else."""
    try:
        x, y, width, height = (float(part) for part in bbox)
    except (TypeError, ValueError):
        return (float('nan'),) * 4
    return x, y, x + width, y + height
