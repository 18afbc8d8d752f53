# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures of users, whatever form they came in, made into checked frames."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from rich.progress import track

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.frames import Frame

#: Smallest side of a box, in pixels, that is an object.
LEAST_SIDE = 1.0
#: More broken images than this share are refused: it is the wrong folder or a torn download.
MOST_BROKEN = 0.5
MISSING, UNREADABLE = 'image is missing', 'image cannot be read'


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


class Splits(NamedTuple):
    """Pictures or frames to train on, to choose by and, if there are any, to report on."""

    training: Sequence[Picture]
    validation: Sequence[Picture]
    test: Sequence[Picture]


@dataclass(frozen=True)
class OwnFrames:
    """Checked frames of each split and what was left out."""

    training: tuple[Frame, ...]
    validation: tuple[Frame, ...]
    test: tuple[Frame, ...]
    findings: Findings


def checked(splits: Splits, label_of: Callable[[str], int | None], folder: Path) -> OwnFrames:
    """Return the frames of pictures that can be read, boxes clipped to the image.

    `label_of` gives the network's class of a name, None for one that it does not have: such
    boxes become regions without reward. Raises DataError for a split that is empty, that has no
    object, or of which most images are broken.
    """
    findings = Findings()
    seen: dict[str, str] = {}
    made = []
    for name, pictures in splits._asdict().items():
        before = _broken(findings)
        frames = tuple(_frames(pictures, name, label_of, findings, seen))
        flaws = ''.join(f'; {line}' for line in findings.lines())
        if _broken(findings) - before > MOST_BROKEN * len(pictures):
            problem = f'most of the {len(pictures)} {name} images cannot be used{flaws}'
            raise DataError(folder, problem, 'check the paths and download the images again')
        if name != 'test' and not pictures:
            raise DataError(folder, f'has no {name} images', f'add a {name} split')
        if name != 'test' and not any(len(frame.boxes) for frame in frames):
            problem = f'no {name} image shows an object of a known class{flaws}'
            raise DataError(folder, problem, 'check the class names')
        made.append(frames)
    training, validation, test = made
    return OwnFrames(training, validation, test, findings)


def _broken(findings: Findings) -> int:
    return findings.count(MISSING) + findings.count(UNREADABLE)


def _frames(
    pictures: Sequence[Picture],
    split: str,
    label_of: Callable[[str], int | None],
    findings: Findings,
    seen: dict[str, str],
) -> Iterable[Frame]:
    for picture in track(pictures, f'checking {split} images', disable=not pictures):
        try:
            content = picture.path.read_bytes()
        except OSError:
            findings.add(MISSING, str(picture.path))
            continue
        pixels = np.frombuffer(content, np.uint8)
        image = cv2.imdecode(pixels, cv2.IMREAD_COLOR) if len(pixels) else None
        if image is None:
            findings.add(UNREADABLE, str(picture.path))
            continue
        other = seen.setdefault(hashlib.sha256(content).hexdigest(), split)
        if other != split:
            findings.add(f'image of the {other} split again, left out', str(picture.path))
            continue
        yield _frame(picture, image.shape[0], image.shape[1], label_of, findings)


def _frame(
    picture: Picture,
    height: int,
    width: int,
    label_of: Callable[[str], int | None],
    findings: Findings,
) -> Frame:
    boxes, labels, names, regions = [], [], [], []
    for label in picture.labels:
        box = clipped_box(label, height, width, picture.path, findings)
        if box is None:
            continue
        if label.ignored:
            regions.append((*box, 0.0))
            continue
        number = label_of(label.name)
        if number is None:
            findings.add(f'class {label.name!r} is unknown to the network', str(picture.path))
            regions.append((*box, 0.0))
            continue
        boxes.append(box)
        labels.append(number)
        names.append(label.name)
    return Frame(
        picture.path, 'own',
        np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64),
        np.array(regions, np.float32).reshape(-1, 5), tuple(names), width, height,
    )  # fmt: skip


def clipped_box(
    label: Label, height: int, width: int, path: Path, findings: Findings
) -> tuple[float, float, float, float] | None:
    """Return the part of a box that is in the image; None for none, or for no box."""
    if not all(isfinite(edge) for edge in label.box):
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
