# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Users' pictures in YOLO's form: read, told of, refused with path and remedy."""

from pathlib import Path

import pytest
from own_pictures import HEIGHT, WIDTH, frames, picture, refusal, yolo

from rtmdl_ros.scaling.yolo_folder import _label_file


def test_yolo_folders(tmp_path: Path) -> None:
    """Shares of the image become pixels, polygons boxes, ../train means beside data.yaml."""
    yolo(tmp_path)
    (frame,) = frames(tmp_path)
    assert frame.boxes.tolist() == [[40, 20, 60, 60], [10, 8, 30, 32]]
    assert frame.labels.tolist() == [2, 0]


def test_linked_folders_are_read_too(tmp_path: Path) -> None:
    """Drives that lie elsewhere; a link that leads back is not followed round and round."""
    yolo(tmp_path)
    train = tmp_path / 'train'
    for kind in ('images', 'labels'):
        (train / kind).rename(tmp_path / f'drive_{kind}')
        (train / kind).mkdir()
        (train / kind / 'drive1').symlink_to(tmp_path / f'drive_{kind}')
    (train / 'images' / 'back').symlink_to(train / 'images')
    (frame,) = frames(tmp_path)
    assert frame.labels.tolist() == [2, 0]


@pytest.mark.parametrize(
    ('content', 'problem'),
    [
        ('- 1', 'is no mapping'),
        ('train: x\nnames: [red]', "train is 'x', no folder"),
        ('train: .', 'names is None, not a list of classes'),
        ('train: .\nnames: {red: 0}', "names is {'red': '0'}, not a list of classes nor"),
        ('train: .\nnames: {0: red, 00: green}', "names is {'0': 'red', '00': 'green'}, not a"),
        (f'train: {"x" * 300}\nnames: [red]', "xxx', which cannot be read (OSError: [Errno 36]"),
        ('{', 'not a YAML file'),
    ],
)
def test_broken_data_files_are_refused(tmp_path: Path, content: str, problem: str) -> None:
    """The field and the remedy."""
    (tmp_path / 'data.yaml').write_text(content)
    assert problem in refusal(tmp_path)


def test_only_the_last_folder_images_becomes_labels() -> None:
    path = Path('/images/track/train/images/drive1/a.jpg')
    assert _label_file(path) == Path('/images/track/train/labels/drive1/a.txt')


def test_flaws_of_yolo_labels_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number that is none, and a picture without a label file."""
    yolo(tmp_path)
    labels = tmp_path / 'train' / 'labels' / 'b.txt'
    labels.write_text('inf 0.5 0.5 0.2 0.5\n' + labels.read_text())
    picture(tmp_path / 'train' / 'images' / 'c.png', 30)
    assert [len(frame.boxes) for frame in frames(tmp_path)] == [2, 0]
    told = capsys.readouterr().err
    assert '1x box is not four numbers: ' in told
    assert '1x no label file: taken as without objects: ' in told and 'labels/c.txt' in told


@pytest.mark.parametrize('names', ['{0: red, 1: off}', '[red, off]', "[red, 'off']"])
def test_a_class_may_be_named_off(tmp_path: Path, names: str) -> None:
    """YAML takes off for false."""
    yolo(tmp_path)
    (tmp_path / 'data.yaml').write_text(f'train: train/images\nnames: {names}\n')
    (frame,) = frames(tmp_path)
    assert frame.source_labels == ('red', 'off')
    assert frame.labels.tolist() == [0, 3]


def test_yolo_labels_may_have_a_mark_of_windows_and_scores(tmp_path: Path) -> None:
    yolo(tmp_path)
    labels = tmp_path / 'train' / 'labels' / 'b.txt'
    labels.write_text('0 0.5 0.5 0.2 0.5 0.93\n', encoding='utf-8-sig')
    (frame,) = frames(tmp_path)
    assert frame.boxes.tolist() == [[40, 20, 60, 60]]


@pytest.mark.parametrize(
    'line',
    [
        '0 0.5 0.5 0.2', '0,0.5,0.5,0.2,0.5', '0.5 0.5 0.5 0.2 0.5', '0 0.1 0.1 nan 0.2 0.3 0.3',
    ],
)  # fmt: skip
def test_where_a_box_cannot_be_read_nothing_is_punished(tmp_path: Path, line: str) -> None:
    yolo(tmp_path)
    labels = tmp_path / 'train' / 'labels' / 'b.txt'
    labels.write_text(f'{line}\n' + labels.read_text())
    (frame,) = frames(tmp_path)
    assert len(frame.boxes) == 2
    assert frame.regions.tolist() == [[0, 0, WIDTH, HEIGHT, 0]]


def test_labels_without_a_picture_and_boxes_that_are_there_twice_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    yolo(tmp_path)
    labels = tmp_path / 'train' / 'labels'
    (labels / 'b.txt').write_text(2 * (labels / 'b.txt').read_text())
    (labels / 'lost.txt').write_text('')
    (labels / 'classes.txt').write_text('green\nred\n')
    assert [len(frame.boxes) for frame in frames(tmp_path)] == [2]
    told = capsys.readouterr().err
    assert f'1x label file without an image: {labels}/lost.txt\n' in told
    assert f'2x box is there twice: {tmp_path}/train/images/b.png, ...\n' in told
