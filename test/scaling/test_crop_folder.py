# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Sign crops of users: a folder for each class, and GTSRB as torchvision has it on disk."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from rtmdl_ros.scaling import crop_folder
from rtmdl_ros.scaling.crop_data import read_crops
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.provenance import sources_of
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS


def picture(path: Path, shade: int) -> None:
    """Write a crop of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((40, 44, 3), shade, np.uint8))


def splits(data: Path) -> list[Crops]:
    """Read all three."""
    return [read_crops(data, split) for split in ('train', 'val', 'test')]


def test_folders_are_classes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Crops get the recogniser's size; a broken one is left out and named."""
    for at, split in enumerate(('train', 'val')):
        picture(tmp_path / split / 'stop' / 'a.png', 50 + at)
        picture(tmp_path / split / 'No Entry' / 'b.png', 90 + at)
    (tmp_path / 'train' / 'stop' / 'c.png').write_bytes(b'torn')
    training, validation, test = splits(tmp_path)
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
        read_crops(tmp_path, 'train')
    (tmp_path / 'train' / 'cone').rename(tmp_path / 'train' / 'stop')
    with pytest.raises(DataError, match='val: holds no images; add a folder'):
        splits(tmp_path)


def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / 'train' / 'stop' / 'a.png', 1)
    listed = Path.iterdir

    def refuse(folder: Path):
        if folder.name == 'stop':
            raise PermissionError(13, 'Permission denied', str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, 'iterdir', refuse)
    with pytest.raises(DataError, match=r'stop: cannot be read \(Permission denied\); make it'):
        read_crops(tmp_path, 'train')


def test_the_splits_of_crops_share_no_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture that was trained on is left out of the others, and named."""
    picture(tmp_path / 'train' / 'stop' / 'a.png', 1)
    picture(tmp_path / 'valid' / 'stop' / 'a.png', 1)
    picture(tmp_path / 'valid' / 'yield' / 'b.png', 2)
    assert [len(each.labels) for each in splits(tmp_path)] == [1, 1, 0]
    again = f'1x image of the train split again, left out: {tmp_path}/valid/stop/a.png'
    assert again in capsys.readouterr().err
    (tmp_path / 'valid' / 'yield' / 'b.png').unlink()
    read_crops.cache_clear()
    with pytest.raises(DataError, match=r'train split again, .*; put pictures of other signs in'):
        read_crops(tmp_path, 'val')


@pytest.mark.parametrize('split', ['val', 'test'])
def test_a_split_of_crops_that_is_read_alone_has_none_of_those_before(
    tmp_path: Path, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `rtmdl evaluate` reads it; what is wrong with the others is of no concern."""
    picture(tmp_path / 'train' / 'no sign at all' / 'a.png', 1)
    (tmp_path / 'train' / 'stop' / 'folder').mkdir(parents=True)
    picture(tmp_path / 'val' / 'stop' / 'b.png', 1 if split == 'val' else 2)
    picture(tmp_path / split / 'stop' / 'c.png', 3)
    if split == 'test':
        picture(tmp_path / 'test' / 'stop' / 'a.png', 1)
        picture(tmp_path / 'test' / 'stop' / 'b.png', 2)
    assert read_crops(tmp_path, split).images[:, 0, 0, 0].tolist() == [3]
    told = capsys.readouterr().err
    assert '1x image of the train split again, left out: ' in told and 'folder' not in told
    assert ('1x image of the val split again' in told) == (split == 'test')


def test_crops_of_no_known_form_are_told_the_forms(tmp_path: Path) -> None:
    """Those of users among them."""
    (tmp_path / 'gtsrb').mkdir()
    for split, name in (('val', 'train_index.npz'), ('test', 'test_public.npz')):
        with pytest.raises(DataError, match=rf'{name}: is missing; .*train/SIGN/ and val/SIGN/'):
            read_crops(tmp_path, split)


@pytest.fixture
def gtsrb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a GTSRB of 12 training images and one for the test."""
    monkeypatch.setattr(crop_folder, '_GTSRB_IMAGES', {'train': 12, 'test': 1})
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
    return tmp_path


def test_gtsrb_of_torchvision(gtsrb: Path) -> None:
    """Whole tracks are held out: of the tracks 0, 1 and 10 the first and the last."""
    training, validation, test = splits(gtsrb)
    assert training.labels.tolist() == [0, 0, 1, 1]
    assert training.images[:, 5, 5, 1].tolist() == [10, 11, 10, 11]
    assert validation.images[:, 5, 5, 1].tolist() == [0, 1, 100, 101] * 2
    assert test.labels.tolist() == [1] and test.images[0, 0, 0, 0] == 200
    assert 'as torchvision downloads it' in sources_of(gtsrb, ('gtsrb',))[0]['name']


def test_a_download_that_was_stopped_is_not_taken_for_whole(gtsrb: Path) -> None:
    """torchvision itself is content with a folder that is there."""
    remedy = 'remove this folder and run "rtmdl scale --download"'
    (gtsrb / 'gtsrb' / 'GTSRB' / 'Final_Test' / 'Images' / '00000.ppm').unlink()
    (gtsrb / 'gtsrb' / 'GTSRB' / 'Training' / '00001' / '00001_00000.ppm').unlink()
    for split, problem in (
        ('val', 'gtsrb: holds 11 of the 12 train images of GTSRB'),
        ('test', 'gtsrb: holds 0 of the 1 test images of GTSRB'),
    ):
        with pytest.raises(DataError, match=f'{problem}; {remedy}'):
            read_crops(gtsrb, split)
    with pytest.raises(DataError, match=f'holds 11 of the 12 train images of GTSRB; {remedy}'):
        crop_folder.download_gtsrb(gtsrb)
    (gtsrb / 'gtsrb' / 'GT-final_test.csv').unlink()
    with pytest.raises(DataError, match=r'holds no test images of GTSRB \(.*; remove this folder'):
        read_crops(gtsrb, 'test')


def test_loose_pictures_are_told_and_files_of_desktops_are_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for split, shade in (('train', 10), ('val', 20)):
        picture(tmp_path / split / 'stop' / 'a.png', shade)
        for name in ('.DS_Store', 'Thumbs.db'):
            (tmp_path / split / 'stop' / name).write_text('x')
    picture(tmp_path / 'train' / 'stop_7.png', 30)
    (tmp_path / 'train' / '.DS_Store').write_text('x')
    assert len(read_crops(tmp_path, 'train').labels) == 1
    told = capsys.readouterr().err.splitlines()
    problem = '1x file in no folder of a class, left out'
    assert [line for line in told if 'x ' in line] == [
        f'{tmp_path}: {problem}: {tmp_path}/train/stop_7.png'
    ]
