# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures of users in the form that YOLO tools export: data.yaml, images/, labels/."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.labelled import Label, Picture, Split
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.yaml_file import read_yaml

DATA_FILE = 'data.yaml'
_IMAGES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff')
#: What labelling tools put among the labels.
_CLASSES_FILE = 'classes.txt'
_NOT_A_BOX = (float('nan'),) * 4


def read_yolo_split(folder: Path, name: str) -> Split:
    """Return the pictures that folder/data.yaml names for train, val or test; none for no name.

    A split's path is taken from data.yaml's `path`, or else from the folder. The labels of
    .../images/x.jpg are in .../labels/x.txt: class, centre, width and height as shares of the
    image, perhaps with a score, or class and the corners of a polygon. Raises DataError for a
    data.yaml that lacks names or the split's folder, and for a label file that cannot be read.
    """
    findings = Findings()
    names = _names(_content(folder), folder / DATA_FILE)
    images = yolo_images(folder, name)
    files = {image: _label_file(image) for image in images}
    pictures = [Picture(i, _labels(file, names, findings)) for i, file in files.items()]
    for lost in sorted(_label_files_beside(images) - set(files.values())):
        findings.add('label file without an image', str(lost))
    return Split(name, pictures, findings)


def yolo_images(folder: Path, name: str) -> Sequence[Path]:
    """Return the image files of a split, as `read_yolo_split` does, without their labels."""
    return _images(_content(folder), name, folder / DATA_FILE)


def _content(folder: Path) -> Mapping[str, Any]:
    path = folder / DATA_FILE
    try:
        # A class may be named off.
        content = read_yaml(path, as_text=True)
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
            numbered = {int(number): str(name) for number, name in names.items()}
            if len(numbered) == len(names):  # else two have one number, such as 0 and 00
                return numbered
    problem = f'names is {names!r}, not a list of classes nor classes by number'
    raise DataError(path, problem, 'name the classes')


def _images(content: Mapping[str, Any], key: str, path: Path) -> Sequence[Path]:
    given = content.get(key)
    if not given:
        return ()
    root = path.parent / str(content.get('path', '.'))
    # Exports say ../train/images and mean train/images beside data.yaml.
    candidates = (root / str(given), path.parent / str(given).removeprefix('../'))
    try:
        folder = next((each for each in candidates if each.is_dir()), None)
    except (OSError, ValueError) as error:  # too long, not allowed, no name of a file
        problem = f'{key} is {given!r}, which cannot be read ({in_one_line(error)})'
        raise DataError(path, problem, 'correct the path, or make it readable') from error
    if folder is None:
        raise DataError(path, f'{key} is {given!r}, no folder', 'correct the path, or take it out')
    return sorted(each for each in _files_below(folder) if each.suffix.lower() in _IMAGES)


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield all files in a folder, those in linked folders too, each folder's once."""

    def refuse(error: OSError) -> None:
        problem = f'cannot be read ({error.strerror})'
        raise DataError(Path(error.filename), problem, 'make it readable') from error

    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()  # a link to a folder above would never end
            continue
        seen.add(real)
        yield from (Path(place, name) for name in names)


def _label_file(image: Path) -> Path:
    parts = list(image.parts)
    if 'images' in parts:
        parts[len(parts) - 1 - parts[::-1].index('images')] = 'labels'
    return Path(*parts).with_suffix('.txt')


def _label_files_beside(images: Iterable[Path]) -> set[Path]:
    """Return all label files in the folders that have those of some images."""
    folders = {_label_file(image).parent for image in images}
    files = {file for folder in folders for file in folder.glob('*.txt')}
    return {file for file in files if file.name != _CLASSES_FILE}


def _labels(path: Path, names: Mapping[int, str], findings: Findings) -> tuple[Label, ...]:
    """Return the labels in a file; an image without one shows no object."""
    try:
        lines = path.read_text(encoding='utf-8-sig', errors='replace').splitlines()
    except FileNotFoundError:
        findings.add('no label file: taken as without objects', str(path))
        return ()
    except OSError as error:
        raise DataError(path, f'cannot be read ({error.strerror})', 'make it readable') from error
    return tuple(_label(line, names) for line in lines if line.strip())


def _label(line: str, names: Mapping[int, str]) -> Label:
    first, *rest = line.split()
    try:
        number, *values = map(float, (first, *rest))
    except ValueError:
        return Label('', _NOT_A_BOX)
    if not number.is_integer() or not all(map(isfinite, values)):
        return Label('', _NOT_A_BOX)
    name = names.get(int(number), f'number {first}')
    if len(values) in (4, 5):  # perhaps with a score, as of what a network has found
        x, y, width, height = values[:4]
        return Label(name, (x - width / 2, y - height / 2, x + width / 2, y + height / 2), True)
    if len(values) >= 6 and len(values) % 2 == 0:
        across, down = values[::2], values[1::2]
        return Label(name, (min(across), min(down), max(across), max(down)), True)
    return Label(name, _NOT_A_BOX)
