# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sign crops of a data folder, in whichever of three forms they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from rtmdl_ros.scaling.crop_folder import (
    has_crop_folders,
    has_torchvision_gtsrb,
    read_crop_folders,
    read_torchvision_gtsrb,
)
from rtmdl_ros.scaling.sign_crops import Crops, read_public_test, read_training_crops


class CropData(NamedTuple):
    """The splits; the test may be empty."""

    training: Crops
    validation: Crops
    test: Crops


@cache
def read_crops(data: Path) -> CropData:
    """Return the crops of this project's data, of torchvision's GTSRB or of a folder a class.

    Raises DataError, naming what was looked for.
    """
    if has_torchvision_gtsrb(data):
        return CropData(*read_torchvision_gtsrb(data))
    if has_crop_folders(data):
        return CropData(*read_crop_folders(data))
    return CropData(*read_training_crops(data), read_public_test(data))
