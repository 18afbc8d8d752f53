# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures of users in the form that YOLO tools export: data.yaml, images/, labels/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.labelled import Label, Picture, Split
from rtmdl_ros.workload.yaml_file import read_yaml

DATA_FILE = 'data.yaml'
_IMAGES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp')
_NOT_A_BOX = (float('nan'),) * 4


def read_yolo_split(folder: Path, name: str) -> Split:
    """Return the pictures that folder/data.yaml names for train, val or test; none for no name.

    A split's path is taken from data.yaml's `path`, or else from the folder. The labels of
    .../images/x.jpg are in .../labels/x.txt: class, centre, width and height as shares of the
    image, or class and the corners of a polygon. Raises DataError for a data.yaml that lacks
    names or the split's folder, and for a label file that cannot be read.
    """
    findings = Findings()
    names = _names(_content(folder), folder / DATA_FILE)
    images = yolo_images(folder, name)
    pictures = [Picture(image, _labels(image, names, findings)) for image in images]
    return Split(name, pictures, findings)


def yolo_images(folder: Path, name: str) -> Sequence[Path]:
    """Return the image files of a split, as `read_yolo_split` does, without their labels."""
    return _images(_content(folder), name, folder / DATA_FILE)


def _content(folder: Path) -> Mapping[str, Any]:
    path = folder / DATA_FILE
    try:
        content = read_yaml(path)
    except (OSError, ValueError) as error:
        raise DataError(path, str(error), 'export the data again') from error
    if not isinstance(content, Mapping):
        raise DataError(path, 'is no mapping', 'export the data again')
    return content


def _names(content: Mapping[str, Any], path: Path) -> dict[int, str]:
    names = content.get('names')
    if isinstance(names, Sequence) and not isinstance(names, str):
        return {number: str(name) for number, name in enumerate(names)}
    if isinstance(names, Mapping):
        with suppress(ValueError, TypeError):
            return {int(number): str(name) for number, name in names.items()}
    problem = f'names is {names!r}, not a list of classes nor classes by number'
    raise DataError(path, problem, 'name the classes')


def _images(content: Mapping[str, Any], key: str, path: Path) -> Sequence[Path]:
    given = content.get(key)
    if given is None:
        return ()
    root = path.parent / str(content.get('path', '.'))
    # Exports say ../train/images and mean train/images beside data.yaml.
    candidates = (root / str(given), path.parent / str(given).removeprefix('../'))
    folder = next((each for each in candidates if each.is_dir()), None)
    if folder is None:
        raise DataError(path, f'{key} is {given!r}, no folder', 'correct the path, or take it out')
    return sorted(each for each in folder.rglob('*') if each.suffix.lower() in _IMAGES)


def _labels(image: Path, names: Mapping[int, str], findings: Findings) -> tuple[Label, ...]:
    """Return the labels of an image; one without a label file shows no object."""
    parts = list(image.parts)
    at = len(parts) - 1 - parts[::-1].index('images') if 'images' in parts else None
    if at is not None:
        parts[at] = 'labels'
    path = Path(*parts).with_suffix('.txt')
    try:
        lines = path.read_text(encoding='utf-8', errors='replace').splitlines()
    except FileNotFoundError:
        findings.add('no label file: taken as without objects', str(image))
        return ()
    except OSError as error:
        raise DataError(path, f'cannot be read ({error.strerror})', 'make it readable') from error
    return tuple(_label(line, names) for line in lines if line.strip())


def _label(line: str, names: Mapping[int, str]) -> Label:
    first, *rest = line.split()
    try:
        number, values = int(float(first)), [float(value) for value in rest]
    except (ValueError, OverflowError):
        return Label('', _NOT_A_BOX)
    name = names.get(number, f'number {number}')
    if len(values) == 4:
        x, y, width, height = values
        return Label(name, (x - width / 2, y - height / 2, x + width / 2, y + height / 2), True)
    if len(values) >= 6 and len(values) % 2 == 0:
        across, down = values[::2], values[1::2]
        return Label(name, (min(across), min(down), max(across), max(down)), True)
    return Label(name, _NOT_A_BOX)
