# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sign crops of users: a folder for each class, and GTSRB as torchvision has it on disk."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from rtmdl_ros.scaling.crop_data import read_crops
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS


def picture(path: Path, shade: int) -> None:
    """Write a crop of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((40, 44, 3), shade, np.uint8))


def test_folders_are_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Crops get the recogniser's size; a broken one is left out and named."""
    for at, split in enumerate(('train', 'val')):
        picture(tmp_path / split / 'stop' / 'a.png', 50 + at)
        picture(tmp_path / split / 'No Entry' / 'b.png', 90 + at)
    (tmp_path / 'train' / 'stop' / 'c.png').write_bytes(b'torn')
    training, validation, test = read_crops(tmp_path)
    assert training.images.shape == (2, 32, 32, 3) and test.images.shape == (0, 32, 32, 3)
    assert training.labels.tolist() == [
        TRAFFIC_SIGNS.index('no_entry'), TRAFFIC_SIGNS.index('stop')
    ]  # fmt: skip
    assert validation.images[:, 0, 0, 0].tolist() == [91, 51]
    assert '1x image cannot be read' in capsys.readouterr().err


def test_unknown_class_and_empty_split_are_refused(tmp_path: Path) -> None:
    """Path and remedy."""
    picture(tmp_path / 'train' / 'cone' / 'a.png', 1)
    (tmp_path / 'val').mkdir()
    with pytest.raises(DataError, match='cone: is no class of the recogniser; name the folder'):
        read_crops(tmp_path)
    (tmp_path / 'train' / 'cone').rename(tmp_path / 'train' / 'stop')
    with pytest.raises(DataError, match='val: holds no images; add a folder'):
        read_crops(tmp_path)


def test_gtsrb_of_torchvision(tmp_path: Path) -> None:
    """Whole tracks are held out: of the tracks 0, 1 and 10 the first and the last."""
    base = tmp_path / 'gtsrb' / 'GTSRB'
    for label in (0, 1):
        for track in (0, 1, 10):
            for frame in range(2):
                name = f'{track:05d}_{frame:05d}.ppm'
                picture(base / 'Training' / f'{label:05d}' / name, 10 * track + frame)
    picture(base / 'Final_Test' / 'Images' / '00000.ppm', 200)
    (tmp_path / 'gtsrb' / 'GT-final_test.csv').write_text(
        'Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\n00000.ppm;44;40;5;5;39;35;1\n'
    )
    training, validation, test = read_crops(tmp_path)
    assert training.labels.tolist() == [0, 0, 1, 1]
    assert training.images[:, 5, 5, 1].tolist() == [10, 11, 10, 11]
    assert validation.images[:, 5, 5, 1].tolist() == [0, 1, 100, 101] * 2
    assert test.labels.tolist() == [1] and test.images[0, 0, 0, 0] == 200
