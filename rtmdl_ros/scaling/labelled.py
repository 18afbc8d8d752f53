# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures of users, whatever form they came in, made into checked frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.picture_files import PictureFiles

#: Smallest side of a box, in pixels, that is an object.
LEAST_SIDE = 1.0


@dataclass(frozen=True)
class Label:
    """A box x_min, y_min, x_max, y_max with the class name of its file.

    In pixels, or as shares of the image's width and height.
    """

    name: str
    box: tuple[float, float, float, float]
    as_shares: bool = False
    #: Detections in it are neither right nor wrong.
    ignored: bool = False


@dataclass(frozen=True)
class Picture:
    """An image file and its labels."""

    path: Path
    labels: tuple[Label, ...]
    #: What its label file says of it; '': nothing.
    split: str = ''
    source: str = ''
    #: Width and height in pixels that its label file says; None: nothing.
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Split:
    """The pictures of a split by its name, and what is wrong with their label files."""

    name: str
    pictures: Sequence[Picture]
    findings: Findings


def checked(
    split: Split, label_of: Callable[[str], int | None], files: PictureFiles, folder: Path
) -> tuple[LabelledPicture, ...]:
    """Return the frames of pictures that can be used, boxes clipped to the image.

    `label_of` gives the network's class of a name, None for one that it does not have: such
    boxes become regions without reward. What is left out is added to the split's findings. Raises
    DataError for a split that has no images, of which most are broken, and, but for a test,
    of which all are in an earlier split too, and that has no object.
    """
    pictures, findings = split.pictures, split.findings
    if not pictures:
        problem = f'has no {split.name} images'
        raise DataError(folder, problem, f'add a {split.name} split, see docs/training.md')
    frames = tuple(_frames(split, label_of, files))
    files.refuse_useless(split.name, len(pictures), findings)
    if not frames and split.name != 'test':  # hardly any is useless: all are copies
        problem = '; '.join((f'no {split.name} image is left', *findings.lines()))
        raise DataError(folder, problem, f'put other pictures into {split.name}')
    if split.name != 'test' and not any(len(frame.boxes) for frame in frames):
        problem = f'no {split.name} image shows an object of a known class'
        problem = '; '.join((problem, *findings.lines()))
        raise DataError(folder, problem, 'check the classes, and where the label files lie')
    return frames


def _frames(
    split: Split, label_of: Callable[[str], int | None], files: PictureFiles
) -> Iterable[LabelledPicture]:
    for picture in track(split.pictures, f'checking {split.name} images'):
        image = usable_image(picture, split.name, files, split.findings)
        if image is not None:
            height, width = image.shape[:2]
            yield _frame(picture, height, width, label_of, split.findings)


def usable_image(
    picture: Picture, split: str, files: PictureFiles, findings: Findings
) -> NDArray[np.uint8] | None:
    """Return a picture's pixels (H, W, 3) BGR; None after a finding on why it is left out.

    One of another size than its label file says is: its boxes would be somewhere else.
    """
    image = files.image(picture.path, split, findings)
    if image is None:
        return None
    height, width = image.shape[:2]
    if picture.size not in (None, (width, height)):
        said = 'x'.join(map(str, picture.size or ()))
        flaw = f'image is {width}x{height}, the label file says {said}, left out'
        files.useless(flaw, picture.path, split, findings)
        return None
    return image


def _frame(
    picture: Picture,
    height: int,
    width: int,
    label_of: Callable[[str], int | None],
    findings: Findings,
) -> LabelledPicture:
    boxes: list[tuple[float, ...]] = []
    labels: list[int] = []
    names, regions = [], []
    for label in picture.labels:
        box = clipped_box(label, height, width, picture.path, findings)
        if box is None:
            if not _is_box(label):  # its object may be anywhere
                regions.append((0.0, 0.0, float(width), float(height), 0.0))
            continue
        if label.ignored:
            regions.append((*box, 0.0))
            continue
        number = label_of(label.name)
        if number is None:
            findings.add(f'class {label.name!r} is unknown to the network', str(picture.path))
            regions.append((*box, 0.0))
            continue
        if (box, number) in zip(boxes, labels, strict=True):
            findings.add('box is there twice', str(picture.path))
            continue
        boxes.append(box)
        labels.append(number)
        names.append(label.name)
    return LabelledPicture(
        picture.path, 'own',
        np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64),
        np.array(regions, np.float32).reshape(-1, 5), tuple(names), width, height,
    )  # fmt: skip


def clipped_box(
    label: Label, height: int, width: int, path: Path, findings: Findings
) -> tuple[float, float, float, float] | None:
    """Return the part of a box that is in the image; None for none, or for no box."""
    if not _is_box(label):
        findings.add('box is not four numbers', str(path))
        return None
    scale = (width, height) * 2 if label.as_shares else (1, 1, 1, 1)
    x0, y0, x1, y1 = (edge * side for edge, side in zip(label.box, scale, strict=True))
    if x1 - x0 < LEAST_SIDE or y1 - y0 < LEAST_SIDE:
        findings.add('box is empty', str(path))
        return None
    inside = (max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height)))
    if inside[2] - inside[0] < LEAST_SIDE or inside[3] - inside[1] < LEAST_SIDE:
        findings.add('box is outside the image, left out', str(path))
        return None
    # Rounded labels reach over the edge by less than a pixel.
    if max(abs(a - b) for a, b in zip(inside, (x0, y0, x1, y1), strict=True)) > 1.0:
        findings.add('box reaches out of the image, clipped', str(path))
    return inside


def _is_box(label: Label) -> bool:
    return all(isfinite(edge) for edge in label.box)
