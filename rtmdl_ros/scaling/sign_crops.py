# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The recogniser's data: GTSRB crops and rendered ones (data/gtsrb/README.md)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.networks.scale import InputSize
from rtmdl_ros.perception.traffic_sign import fitted
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.folders import first_missing
from rtmdl_ros.scaling.picture_files import checked_picture

TILE = 32
TILES_A_ROW = 32
CLASSES = 43
_INDEX = Path('gtsrb', 'train_index.npz')
_FORMS = (
    'give --data the folder with gtsrb/, one with train/SIGN/ and val/SIGN/ of your own, or one '
    'into which "rtmdl scale --download" has put GTSRB'
)


@dataclass(frozen=True)
class Crops:
    """Square crops with their class: images (N, 32, 32, 3) uint8 BGR, labels (N,) int64."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Tracks:
    """Of each training crop: where the sign is in it, how large it was, and its physical sign."""

    #: (N, 4) x_min, y_min, x_max, y_max in pixels of the crop.
    boxes: NDArray[np.int64]
    #: (N, 2) pixels before it was made TILE wide and high.
    native_sizes: NDArray[np.int16]
    #: (N,) a number for each.
    numbers: NDArray[np.int64]


def has_tracks(data: Path) -> bool:
    """Tell whether a folder holds this project's GTSRB."""
    return (data / _INDEX).exists()


def read_tracks(data: Path) -> Tracks:
    """Return what is known of the training crops, in the order of `read_training_crops`."""
    with np.load(data / _INDEX) as index:
        training = ~index['is_val'].astype(bool)
        roi, native_sizes, label, track = (
            index[key][training] for key in ('roi', 'orig_size', 'label', 'track')
        )
    numbers = label.astype(np.int64) * 100_000 + track
    return Tracks(np.round(roi).astype(int), native_sizes, numbers)


def read_training_crops(data: Path) -> tuple[Crops, Crops]:
    """Return the training and the validation crops; the two share no physical sign."""
    index_path = data / _INDEX
    if not index_path.exists():
        raise DataError(first_missing(index_path), 'is missing', _FORMS)
    with np.load(index_path) as index:
        labels = index['label'].astype(np.int64)
        sheets, tiles, held_out = index['sheet'], index['tile'], index['is_val'].astype(bool)
    images = np.empty((len(labels), TILE, TILE, 3), np.uint8)
    for number in np.unique(sheets):
        sheet = checked_picture(data / 'gtsrb' / 'train' / f'{int(number):02d}.jpg', _FORMS)
        for at in np.flatnonzero(sheets == number):
            row, column = divmod(int(tiles[at]), TILES_A_ROW)
            images[at] = sheet[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
    return (
        Crops(images[~held_out], labels[~held_out]),
        Crops(images[held_out], labels[held_out]),
    )


def read_public_test(data: Path) -> Crops:
    """Return the public half of the official test images."""
    path = data / 'gtsrb' / 'test_public.npz'
    if not path.exists():
        raise DataError(path, 'is missing', _FORMS)
    with np.load(path) as content:
        images = np.ascontiguousarray(content['images'][..., ::-1])
        return Crops(images, content['labels'].astype(np.int64))


def resized(crops: Crops, size: InputSize) -> Crops:
    """Return the crops in another size."""
    if crops.images.shape[1:3] == size:
        return crops
    images = [fitted(image, *size) for image in crops.images]
    return Crops(np.array(images, np.uint8).reshape(-1, *size, 3), crops.labels)
