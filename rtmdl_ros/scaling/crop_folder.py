# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sign crops of users: GTSRB as torchvision downloads it, or a folder for each class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.progress import track
from torchvision.datasets import GTSRB

from rtmdl_ros.perception.traffic_sign import fitted
from rtmdl_ros.scaling.coco_folder import SPLIT_FOLDERS
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.own_data import class_number
from rtmdl_ros.scaling.picture_files import PictureFiles
from rtmdl_ros.scaling.sign_crops import TILE, Crops
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS

#: Every tenth physical sign is for validation: pictures of one sign are near-duplicates.
_VALIDATION_STEP = 10
_GTSRB_FOLDER = 'gtsrb'
#: Images of torchvision's archives. One that was stopped while it was unpacked counts as there.
_GTSRB_IMAGES = {'train': 26_640, 'test': 12_630}

_OF_DESKTOPS = ('Thumbs.db', 'desktop.ini')

#: An image file and its class.
Sample = tuple[Path, int]


def has_crop_folders(data: Path) -> bool:
    """Tell whether a folder holds a folder of some split, and none of GTSRB."""
    return any(_folder(data, split) for split in SPLIT_FOLDERS) and not (
        data / _GTSRB_FOLDER
    ).is_dir()


def has_torchvision_gtsrb(data: Path) -> bool:
    """Tell whether torchvision has put GTSRB, or some of it, into a folder."""
    return (data / _GTSRB_FOLDER / 'GTSRB').is_dir()


def download_gtsrb(data: Path) -> None:
    """Download GTSRB into a folder, about 600 MB. Raises DataError where that fails."""
    try:
        for split in _GTSRB_IMAGES:
            GTSRB(str(data), split=split, download=True)
    except (OSError, RuntimeError) as error:
        remedy = f'try again; if that does not help, remove {data / _GTSRB_FOLDER} first'
        raise DataError(data, f'GTSRB cannot be downloaded ({error})', remedy) from error
    for split in _GTSRB_IMAGES:
        _gtsrb_samples(data, split)


def _gtsrb_samples(data: Path, split: str) -> list[Sample]:
    """Return torchvision's train or test; raises DataError where images of it are missing."""
    try:
        # The file names, which tell the tracks, stand nowhere else.
        samples = [(Path(path), label) for path, label in GTSRB(str(data), split=split)._samples]
        # torchvision takes the names of the test images from a table.
        found = sum(path.is_file() for path, _ in samples)
        problem = f'holds {found} of the {_GTSRB_IMAGES[split]} {split} images of GTSRB'
    except (OSError, RuntimeError, LookupError, ValueError, TypeError) as error:
        found, problem = 0, f'holds no {split} images of GTSRB ({error})'
    if found < _GTSRB_IMAGES[split]:
        remedy = 'remove this folder and run "rtmdl scale --download"'
        raise DataError(data / _GTSRB_FOLDER, problem, remedy)
    return samples


def read_torchvision_gtsrb(data: Path, split: str) -> Crops:
    """Return the crops of the official GTSRB of a split, train, val or test.

    Whole tracks, every tenth of each class, are the validation: files are TRACK_FRAME.ppm.
    Raises DataError where images are missing.
    """
    samples = _gtsrb_samples(data, 'test' if split == 'test' else 'train')
    if split != 'test':
        samples = [each for each in samples if _held_out(each[0]) == (split == 'val')]
    # Its splits are as they are, so that figures can be compared with others'.
    return _crops(samples, split, PictureFiles(data), data, Findings())


def _held_out(path: Path) -> bool:
    return int(path.stem.split('_')[0]) % _VALIDATION_STEP == 0


def read_crop_folders(data: Path, split: str) -> Crops:
    """Return the crops of data/train, data/val or data/test; there may be no test.

    Each holds a folder of images for each class, by the names of the 43 signs. Raises DataError
    for an unknown class, an empty split and many broken images.
    """
    samples: list[Sample] = []
    findings = Findings()
    for loose in _loose_files(data, split):
        findings.add('file in no folder of a class, left out', str(loose))
    for each in _class_folders(data, split):
        label = class_number(each.name, TRAFFIC_SIGNS)
        if label is None:
            known = ', '.join(TRAFFIC_SIGNS[:3])
            remedy = f'name the folder after a sign ({known}, ...)'
            raise DataError(each, 'is no class of the recogniser', remedy)
        samples += [(path, label) for path in _listed(each) if _is_picture(path)]
    if not samples and split != 'test':
        folder = _folder(data, split) or data / split
        raise DataError(folder, 'holds no images', 'add a folder of images a class')

    def paths_of(other: str) -> Iterator[Path]:
        return (path for each in _class_folders(data, other) for path in _listed(each))

    return _crops(samples, split, PictureFiles(data, paths_of), data, findings)


def _loose_files(data: Path, split: str) -> Sequence[Path]:
    folder = _folder(data, split)
    files = _listed(folder) if folder else ()
    return [path for path in files if path.is_file() and _is_picture(path)]


def _is_picture(path: Path) -> bool:
    """Return whether a file may be one: not what desktops put into every folder."""
    return not path.name.startswith('.') and path.name not in _OF_DESKTOPS


def _class_folders(data: Path, split: str) -> Sequence[Path]:
    folder = _folder(data, split)
    return [path for path in _listed(folder) if path.is_dir()] if folder else ()


def _listed(folder: Path) -> Sequence[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        problem = f'cannot be read ({error.strerror})'
        raise DataError(folder, problem, 'make it readable') from error


def _folder(data: Path, split: str) -> Path | None:
    return next((data / name for name in SPLIT_FOLDERS[split] if (data / name).is_dir()), None)


def _crops(
    samples: Sequence[Sample], split: str, files: PictureFiles, data: Path, findings: Findings
) -> Crops:
    """Read images and fit them into the recogniser's tiles; raises DataError for many broken."""
    images, labels = [], []
    for path, label in track(samples, f'reading {split} crops', disable=not samples):
        image = files.image(path, split, findings)
        if image is not None:
            images.append(fitted(image, TILE, TILE))
            labels.append(label)
    files.refuse_useless(split, len(samples), findings)
    if not images and split != 'test':
        remedy = 'put pictures of other signs into each split'
        raise DataError(data, '; '.join(findings.lines()), remedy)
    findings.tell(data)
    return Crops(
        np.array(images, np.uint8).reshape(-1, TILE, TILE, 3), np.array(labels, np.int64)
    )
