# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sign crops of users: GTSRB as torchvision downloads it, or a folder for each class."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from rich.progress import track
from torchvision.datasets import GTSRB

from rtmdl_ros.perception.traffic_sign import fitted
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings
from rtmdl_ros.scaling.own_data import class_number
from rtmdl_ros.scaling.sign_crops import TILE, Crops
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS

#: Every tenth physical sign is for validation: pictures of one sign are near-duplicates.
_VALIDATION_STEP = 10
_GTSRB_FOLDER = 'gtsrb'


def has_crop_folders(data: Path) -> bool:
    """Tell whether a folder holds train/CLASS/ and val/CLASS/."""
    return all((data / name).is_dir() for name in ('train', 'val')) and not (
        data / _GTSRB_FOLDER
    ).is_dir()


def has_torchvision_gtsrb(data: Path) -> bool:
    """Tell whether torchvision has put GTSRB into a folder."""
    return (data / _GTSRB_FOLDER / 'GTSRB' / 'Training').is_dir()


def download_gtsrb(data: Path) -> None:
    """Download GTSRB into a folder, about 600 MB. Raises DataError where that fails."""
    try:
        for split in ('train', 'test'):
            GTSRB(str(data), split=split, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(data, f'GTSRB cannot be downloaded ({error})', 'try again') from error


def read_torchvision_gtsrb(data: Path) -> tuple[Crops, Crops, Crops]:
    """Return training, validation and test crops of the official GTSRB.

    Whole tracks, every tenth of each class, are the validation: files are TRACK_FRAME.ppm.
    """
    # The file names, which tell the tracks, stand nowhere else.
    training = GTSRB(str(data), split='train')._samples
    held_out = [int(Path(path).stem.split('_')[0]) % _VALIDATION_STEP == 0 for path, _ in training]
    test = GTSRB(str(data), split='test')._samples
    return (
        _crops([s for s, held in zip(training, held_out, strict=True) if not held], data),
        _crops([s for s, held in zip(training, held_out, strict=True) if held], data),
        _crops(test, data),
    )


def read_crop_folders(data: Path) -> tuple[Crops, Crops, Crops]:
    """Return the crops of data/train, data/val and, if there is one, data/test.

    Each holds a folder of images for each class, by the names of the 43 signs. Raises DataError
    for an unknown class and an empty split.
    """
    splits = []
    for split in ('train', 'val', 'test'):
        samples = []
        for folder in sorted(path for path in (data / split).glob('*') if path.is_dir()):
            label = class_number(folder.name, TRAFFIC_SIGNS)
            if label is None:
                known = ', '.join(TRAFFIC_SIGNS[:3])
                remedy = f'name the folder after a sign ({known}, ...)'
                raise DataError(folder, 'is no class of the recogniser', remedy)
            samples += [(str(path), label) for path in sorted(folder.iterdir())]
        if not samples and split != 'test':
            raise DataError(data / split, 'holds no images', 'add a folder of images a class')
        splits.append(_crops(samples, data))
    return splits[0], splits[1], splits[2]


def _crops(samples: list[tuple[str, int]], data: Path) -> Crops:
    """Read images and fit them into the recogniser's tiles; raises DataError for many broken."""
    findings = Findings()
    images, labels = [], []
    for path, label in track(samples, 'reading crops', disable=not samples):
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        if image is None:
            findings.add('image cannot be read', path)
            continue
        images.append(fitted(np.asarray(image, np.uint8), TILE, TILE))
        labels.append(label)
    if len(images) * 2 < len(samples):
        raise DataError(data, '; '.join(findings.lines()), 'download the images again')
    findings.tell(data)
    return Crops(
        np.array(images, np.uint8).reshape(-1, TILE, TILE, 3), np.array(labels, np.int64)
    )
