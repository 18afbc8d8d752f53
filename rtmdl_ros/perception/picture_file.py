# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Picture files, read and written as bytes: a name that is not UTF-8 would kill OpenCV."""

from pathlib import Path

import cv2
import numpy as np

from rtmdl_ros.perception.images import Pixels
from rtmdl_ros.workload.text_file import error_of, write_whole


def read_picture(path: Path) -> Pixels | None:
    """Return the pixels of a picture file as `decoded_picture` does. Raises OSError."""
    return decoded_picture(path.read_bytes())


def decoded_picture(content: bytes) -> Pixels | None:
    """Return the pixels (H, W, 3) BGR of what a picture file holds; None for no picture.

    It is turned as its EXIF data says, as people see it.
    """
    if not content:
        return None
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # more pixels than it takes, as a damaged header says
        return None
    return None if image is None else np.asarray(image, np.uint8)


def write_picture(path: Path, image: Pixels) -> None:
    """Write an image (H, W, 3) BGR in one step, in the format that the name ends with.

    Makes its folder. Raises OSError.
    """
    try:
        encoded = cv2.imencode(path.suffix, image)[1]
    except cv2.error as error:  # a format that it does not know, or too many pixels
        raise error_of(path, error) from error
    write_whole(path, encoded.tobytes())


def is_nameable(path: Path) -> bool:
    """Return whether OpenCV can be given the name of a file; videos it opens by name."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
