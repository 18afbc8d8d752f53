# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures as the frames of a camera, so that answers can be told right from wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rtmdl_ros.networks.letterbox import Letterbox
from rtmdl_ros.perception.frame import Frame, Image
from rtmdl_ros.scaling.coco_folder import LABEL_FILES, label_file, read_coco_file
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.labelled import Label, Picture, clipped_box, usable_image
from rtmdl_ros.scaling.own_data import class_number
from rtmdl_ros.scaling.picture_files import PictureFiles
from rtmdl_ros.workload.detection import Box, Detection

#: What a camera on a car has, and the rendered track.
CAMERA_HEIGHT, CAMERA_WIDTH = 480, 640
#: Decoded they lie in memory: 0.9 MB each.
MOST_PICTURES = 400
#: Where a label file tells splits, these are shown: no network has been trained on its pictures.
_TEST = ('test_public', 'test')
#: What those that are shown are called where they are told of.
_SPLIT = 'test'
_REMEDY = (
    'give a folder of pictures with labels in COCO form, for example ../shared/data/traffic_light'
)


@dataclass(frozen=True)
class Truth:
    """What is in a frame for a function."""

    objects: tuple[Detection, ...]
    #: Where nobody knows.
    unknown: tuple[Box, ...]
    #: Of the function's classes those that are labelled: finds of others are not judged.
    classes: frozenset[str]


@dataclass(frozen=True)
class LabelledFrames:
    """Pictures in the order in which they are shown, over and over."""

    #: The header of each is its place here.
    frames: tuple[Frame, ...]
    #: By function for each of the frames; None where none of the function's classes is labelled.
    truths: Mapping[str, tuple[Truth | None, ...]]
    #: For people to read: how many pictures of which folders.
    words: str


def read_labelled_frames(
    folders: Sequence[Path], classes: Mapping[str, Sequence[str]], most: int = MOST_PICTURES
) -> LabelledFrames:
    """Read at most `most` pictures of some folders, of each as many if it has them, mixed.

    Each folder has a label file in COCO's form; where that tells splits, the test split counts.
    `classes` are what each function finds. Pictures are fitted into the camera's frame, uniformly
    and top-left, and their boxes with them. What is left out is told. Raises DataError, naming the
    file, where something is missing, most pictures are broken, or no function's classes are
    labelled.
    """
    findings = {folder: Findings() for folder in folders}
    found = {folder: _test_pictures(folder, findings[folder]) for folder in folders}
    shown: list[tuple[Image, dict[str, Truth]]] = []
    words = []
    for folder, count in _shares({f: len(own) for f, (own, _) in found.items()}, most).items():
        pictures, names = found[folder]
        chosen = [pictures[number * len(pictures) // count] for number in range(count)]
        known = {function: _known(names, own) for function, own in classes.items()}
        if not any(known.values()):
            problem = f'labels only {", ".join(names)}, which none of {", ".join(classes)} finds'
            raise DataError(folder, problem, _REMEDY)
        usable = _shown(folder, chosen, known, findings[folder])
        findings[folder].tell(folder)
        words.append(f'{len(usable)} of {len(pictures)} pictures of {folder.name}')
        shown += usable
    # Cameras take turns: in any regular order one might see the pictures of one folder only.
    Random(0).shuffle(shown)
    frames = tuple(_frame(image, number) for number, (image, _) in enumerate(shown))
    truths = {function: tuple(each.get(function) for _, each in shown) for function in classes}
    return LabelledFrames(frames, truths, ', '.join(words))


def _frame(image: Image, number: int) -> Frame:
    return Frame(lambda: image, arrival_ns=0, header=number)


def _test_pictures(
    folder: Path, findings: Findings
) -> tuple[tuple[Picture, ...], tuple[str, ...]]:
    if not folder.is_dir():
        raise DataError(folder, 'is no folder', _REMEDY)
    path = label_file(folder)
    if path is None:
        raise DataError(folder, f'has none of {", ".join(LABEL_FILES)}', _REMEDY)
    names, pictures = read_coco_file(path, findings)
    if any(picture.split for picture in pictures):
        pictures = tuple(picture for picture in pictures if picture.split in _TEST)
    if not pictures:
        raise DataError(path, 'has no test pictures', _REMEDY)
    return pictures, names


def _shares(counts: Mapping[Path, int], most: int) -> dict[Path, int]:
    """Return how many of each are taken: what small ones leave goes to the larger ones."""
    shares: dict[Path, int] = {}
    for done, (folder, count) in enumerate(sorted(counts.items(), key=lambda item: item[1])):
        shares[folder] = min(count, (most - sum(shares.values())) // (len(counts) - done))
    return shares


def _known(names: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Return a function's class by the name that a label file has for it."""
    numbers = ((name, class_number(name, classes)) for name in names)
    return {name: classes[number] for name, number in numbers if number is not None}


def _shown(
    folder: Path,
    pictures: Sequence[Picture],
    known: Mapping[str, Mapping[str, str]],
    findings: Findings,
) -> list[tuple[Image, dict[str, Truth]]]:
    """Return pictures that can be used with what is in them; raises DataError for many broken."""
    files = PictureFiles(folder)
    shown = []
    for picture in pictures:
        image = usable_image(picture, _SPLIT, files, findings)
        if image is not None:
            fitted, scale = Letterbox(CAMERA_HEIGHT, CAMERA_WIDTH).apply(image)
            labels = list(_boxes(picture, image, scale, findings))
            truths = {name: _truth(labels, own) for name, own in known.items() if own}
            shown.append((fitted, truths))
    files.refuse_useless(_SPLIT, len(pictures), findings)
    return shown


def _boxes(
    picture: Picture, image: Image, scale: float, findings: Findings
) -> Iterator[tuple[Label, Box]]:
    height, width = image.shape[:2]
    for label in picture.labels:
        corners = clipped_box(label, height, width, picture.path, findings)
        if corners is not None:
            yield label, Box(*(scale * edge for edge in corners))


def _truth(labels: Sequence[tuple[Label, Box]], own: Mapping[str, str]) -> Truth:
    objects = [
        Detection(own[label.name], 1.0, box)
        for label, box in labels
        if label.name in own and not label.ignored
    ]
    unknown = [box for label, box in labels if label.ignored]
    return Truth(tuple(objects), tuple(unknown), frozenset(own.values()))
