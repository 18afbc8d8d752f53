# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sign crops of a data folder, in whichever of three forms they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rtmdl_ros.scaling.crop_folder import (
    has_crop_folders,
    has_torchvision_gtsrb,
    read_crop_folders,
    read_torchvision_gtsrb,
)
from rtmdl_ros.scaling.sign_crops import Crops, has_tracks, read_public_test, read_training_crops

#: Training and validation come of the same files.
_both = cache(read_training_crops)


def tracks_are_known(data: Path) -> bool:
    """Tell whether `read_crops` reads this project's GTSRB, so that `read_tracks` is of it."""
    return has_tracks(data) and not (has_torchvision_gtsrb(data) or has_crop_folders(data))


@cache
def read_crops(data: Path, split: str) -> Crops:
    """Return the crops of a split of this project's data, torchvision's GTSRB or a folder a class.

    The split is train, val or test; the test may be empty. Raises DataError, naming what was
    looked for.
    """
    if has_torchvision_gtsrb(data):
        return read_torchvision_gtsrb(data, split)
    if has_crop_folders(data):
        return read_crop_folders(data, split)
    if split == 'test':
        return read_public_test(data)
    training, validation = _both(data)
    return training if split == 'train' else validation
