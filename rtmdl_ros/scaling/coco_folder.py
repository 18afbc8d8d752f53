# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures of users in COCO's form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.labelled import Label, Picture, Split

#: Names of each split's folder, and of the label file in it, as common tools export them.
SPLIT_FOLDERS = {'train': ('train',), 'val': ('val', 'valid', 'validation'), 'test': ('test',)}
LABEL_FILES = ('_annotations.coco.json', 'annotations.json', 'labels.json')


class CocoFile(NamedTuple):
    """A label file."""

    #: All classes that it tells apart.
    names: tuple[str, ...]
    pictures: tuple[Picture, ...]


def has_coco_form(folder: Path) -> bool:
    """Tell whether a folder of any split has a label file."""
    return any(_label_file(folder, name) for name in SPLIT_FOLDERS)


def read_coco_split(folder: Path, name: str) -> Split:
    """Return the pictures of folder/train, folder/val or folder/test, none where that is not.

    Each holds images and one of the label files. Raises DataError for a label file that is no
    COCO file.
    """
    path, findings = _label_file(folder, name), Findings()
    return Split(name, read_coco_file(path, findings).pictures if path else (), findings)


def _label_file(folder: Path, name: str) -> Path | None:
    folders = (folder / each for each in SPLIT_FOLDERS[name])
    return next((path for each in folders if (path := label_file(each))), None)


def label_file(folder: Path) -> Path | None:
    """Return the label file in a folder of pictures, None where there is none."""
    paths = (folder / file for file in LABEL_FILES)
    return next((path for path in paths if path.is_file()), None)


def read_coco_file(path: Path, findings: Findings | None = None) -> CocoFile:
    """Return what a label file says of the pictures, whose paths are taken from its folder.

    Boxes marked `ignore` or `iscrowd` are to be ignored, `split` of an image is its split. Boxes
    of images that it does not list are added to the findings. Raises DataError for what is no
    COCO file, and for two images of one id or one file, or two categories of one id.
    """
    try:
        content = json.loads(path.read_text(encoding='utf-8-sig'))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(path, f'cannot be read as JSON ({error})', 'export it again') from error
    try:
        names = _names(content, path)
        labels = _labels(content, names, path, findings or Findings())
        pictures = tuple(
            _picture(path.parent, image, labels[image['id']]) for image in content['images']
        )
        _refuse_twice(pictures, path)
        return CocoFile(tuple(names.values()), pictures)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        problem = f'is no COCO file ({type(error).__name__}: {error})'
        raise DataError(path, problem, 'export it in COCO detection form') from error


def _names(content: Mapping[str, Any], path: Path) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for category in content['categories']:
        name = str(category['name'])
        number = category['id']
        if names.setdefault(number, name) != name:
            problem = f'categories {names[number]} and {name} have the id {number!r}'
            raise DataError(path, problem, 'give each its own and correct the annotations')
    return names


def _labels(
    content: Mapping[str, Any], names: Mapping[Any, str], path: Path, findings: Findings
) -> dict[Any, list[Label]]:
    """Return the labels by the id of their image."""
    labels: dict[Any, list[Label]] = {}
    for image in content['images']:
        if image['id'] in labels:
            problem = f'two images have the id {image["id"]!r}'
            raise DataError(path, problem, 'give each its own and correct the annotations')
        labels[image['id']] = []
    for annotation in content['annotations']:
        name = names.get(annotation['category_id'], f'number {annotation["category_id"]}')
        of_image = labels.get(annotation['image_id'])
        if of_image is None:
            findings.add('annotation of an image that is not listed', str(path))
            continue
        ignored = any(int(annotation.get(flag) or 0) for flag in ('ignore', 'iscrowd'))
        of_image.append(Label(name, _corners(annotation['bbox']), ignored=ignored))
    return labels


def _refuse_twice(pictures: Iterable[Picture], path: Path) -> None:
    """Raise DataError for two images of one file: what one of them labels the other denies."""
    seen = set()
    for picture in pictures:
        if picture.path in seen:
            problem = f'two images have the file_name {picture.path.name}'
            raise DataError(path, problem, 'make one of both, with the annotations of both')
        seen.add(picture.path)


def _picture(folder: Path, image: Mapping[str, Any], labels: list[Label]) -> Picture:
    # Some tools write 0 for what they do not know.
    width, height = (int(image.get(side) or 0) for side in ('width', 'height'))
    return Picture(
        folder / str(image['file_name']), tuple(labels), str(image.get('split', '')),
        str(image.get('source', '')), (width, height) if width and height else None,
    )  # fmt: skip


def _corners(bbox: Any) -> tuple[float, float, float, float]:
    """Return the corners of [x, y, width, height]; not-a-numbers for anything else."""
    if not isinstance(bbox, list):
        return (float('nan'),) * 4
    try:
        x, y, width, height = (float(part) for part in bbox)
    except (TypeError, ValueError):
        return (float('nan'),) * 4
    return x, y, x + width, y + height
