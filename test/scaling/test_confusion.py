# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which class is taken for which."""

from pathlib import Path

import cv2
import numpy as np

from rtmdl_ros.scaling.confusion import confusion_of, draw_confusion


def test_rows_are_what_is_and_columns_what_was_said() -> None:
    """One right answer of class 0, one taken for 2; class 2 twice right."""
    counts = confusion_of(np.array([0, 0, 2, 2]), np.array([0, 2, 2, 2]), 3)
    assert counts.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 2]]


def test_the_picture_has_its_size_with_and_without_errors(tmp_path: Path) -> None:
    """Written where it was asked for."""
    for counts in (np.array([[3, 1], [0, 2]]), np.array([[3, 0], [0, 2]])):
        path = tmp_path / 'deep' / 'c.png'
        draw_confusion(counts, ('a', 'b'), 'test', path)
        image = cv2.imread(str(path))
        assert image is not None and image.shape == (1300, 1400, 3)
