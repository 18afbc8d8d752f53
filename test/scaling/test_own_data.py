# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Users' pictures in COCO's and YOLO's form: read, checked, refused with path and remedy."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.scaling.command import add_arguments, run
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.own_data import class_number, is_own, own_frames
from rtmdl_ros.scaling.rendered import ensure_scenes
from rtmdl_ros.scaling.report import network_report
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES

WIDTH, HEIGHT = 100, 80


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Forget what other tests read."""
    own_frames.cache_clear()


def picture(path: Path, shade: int) -> None:
    """Write a picture that no other equals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((HEIGHT, WIDTH, 3), shade, np.uint8))


def coco(folder: Path, shade: int, boxes: list[list[Any]], name: str = 'Red') -> None:
    """Write a split with one picture and its boxes, as Roboflow exports it."""
    picture(folder / 'a.jpg', shade)
    content = {
        'images': [{'id': 7, 'file_name': 'a.jpg', 'width': WIDTH, 'height': HEIGHT}],
        'categories': [{'id': 0, 'name': 'lights'}, {'id': 1, 'name': name}],
        'annotations': [
            {'id': at, 'image_id': 7, 'category_id': 1, 'bbox': box}
            for at, box in enumerate(boxes)
        ],
    }
    (folder / '_annotations.coco.json').write_text(json.dumps(content))


def yolo(folder: Path) -> None:
    """Write data.yaml with a train and a val split of one picture each."""
    folder.mkdir(parents=True, exist_ok=True)
    for shade, split in ((10, 'train'), (20, 'val')):
        picture(folder / split / 'images' / 'b.png', shade)
        labels = folder / split / 'labels'
        labels.mkdir()
        (labels / 'b.txt').write_text('0 0.5 0.5 0.2 0.5\n1 0.1 0.1 0.3 0.1 0.3 0.4\n')
    (folder / 'data.yaml').write_text(
        'train: ../train/images\nval: ../val/images\nnames: [green, RED]\n'
    )


def test_coco_folders(tmp_path: Path) -> None:
    """Boxes come as corners, names whatever their letters."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]])
    coco(tmp_path / 'valid', 20, [[0, 0, 50, 40]])
    assert is_own(tmp_path)
    own = own_frames(tmp_path, TRAFFIC_LIGHT_STATES)
    (frame,) = own.training
    assert frame.boxes.tolist() == [[10, 20, 22, 50]]
    assert frame.labels.tolist() == [0] and frame.source_labels == ('Red',)
    assert (frame.width, frame.height) == (WIDTH, HEIGHT)
    assert own.validation[0].boxes.tolist() == [[0, 0, 50, 40]]
    assert own.test == () and own.findings.lines() == []


def test_what_coco_marks_to_be_ignored_is_a_region_without_reward(tmp_path: Path) -> None:
    for split, shade in (('train', 10), ('val', 20)):
        coco(tmp_path / split, shade, [[10, 20, 12, 30], [50, 20, 10, 20], [70, 20, 10, 20]])
        path = tmp_path / split / '_annotations.coco.json'
        content = json.loads(path.read_text())
        content['annotations'][1]['ignore'] = content['annotations'][2]['iscrowd'] = 1
        path.write_text(json.dumps(content))
    (frame,) = own_frames(tmp_path, TRAFFIC_LIGHT_STATES).training
    assert frame.boxes.tolist() == [[10, 20, 22, 50]]
    assert frame.regions.tolist() == [[50, 20, 60, 40, 0], [70, 20, 80, 40, 0]]


def test_yolo_folders(tmp_path: Path) -> None:
    """Shares of the image become pixels, polygons boxes, ../train means beside data.yaml."""
    yolo(tmp_path)
    (frame,) = own_frames(tmp_path, TRAFFIC_LIGHT_STATES).training
    assert frame.boxes.tolist() == [[40, 20, 60, 60], [10, 8, 30, 32]]
    assert frame.labels.tolist() == [2, 0]


def test_flaws_are_counted_and_named(tmp_path: Path) -> None:
    """What can be done without is left out; nothing is lost silently."""
    boxes = [
        [10, 20, 12, 30],
        [90, 70, 50, 50],
        [200, 200, 5, 5],
        [5, 5, 0, 9],
        [1, 2, 'x', 4],
        [float('nan'), 2, 3, 4],
    ]
    coco(tmp_path / 'train', 10, boxes)
    coco(tmp_path / 'val', 20, [[0, 0, 50, 40]])
    coco(tmp_path / 'test', 10, [[0, 0, 50, 40]])
    own = own_frames(tmp_path, TRAFFIC_LIGHT_STATES)
    assert own.training[0].boxes.tolist() == [[10, 20, 22, 50], [90, 70, 100, 80]]
    path = tmp_path / 'train' / 'a.jpg'
    assert own.findings.lines() == [
        f'2x box is not four numbers: {path}, ...',
        f'1x box reaches out of the image, clipped: {path}',
        f'1x box is outside the image, left out: {path}',
        f'1x box is empty: {path}',
        f'1x image of the training split again, left out: {tmp_path / "test" / "a.jpg"}',
    ]


def test_unknown_classes_are_neither_objects_nor_background(tmp_path: Path) -> None:
    """Detections there are not punished."""
    yolo(tmp_path)
    (tmp_path / 'data.yaml').write_text(
        'train: train/images\nval: val/images\nnames: {0: pedestrian light, 1: red}\n'
    )
    own = own_frames(tmp_path, TRAFFIC_LIGHT_STATES)
    assert own.training[0].labels.tolist() == [0]
    assert own.training[0].regions.tolist() == [[40, 20, 60, 60, 0]]
    assert "class 'pedestrian light' is unknown to the network" in own.findings.lines()[0]


@pytest.mark.parametrize(
    ('content', 'problem'),
    [
        ('{"images"', 'cannot be read as JSON'),
        ('{"images": []}', 'is no COCO file (KeyError'),
        ('[]', 'is no COCO file (TypeError'),
        ('{"images": [], "categories": [], "annotations": []}', 'has no training images'),
    ],
)
def test_broken_label_files_are_refused(tmp_path: Path, content: str, problem: str) -> None:
    """One line with path and remedy."""
    coco(tmp_path / 'val', 20, [[0, 0, 50, 40]])
    (tmp_path / 'train').mkdir()
    (tmp_path / 'train' / 'labels.json').write_text(content)
    with pytest.raises(DataError) as caught:
        own_frames(tmp_path, TRAFFIC_LIGHT_STATES)
    message = str(caught.value)
    assert problem in message and str(tmp_path) in message and '\n' not in message


def test_splits_without_use_are_refused(tmp_path: Path) -> None:
    """Broken images, no known class."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]], name='cone')
    coco(tmp_path / 'val', 20, [[0, 0, 50, 40]])
    with pytest.raises(DataError, match=r'object of a known class; 1x class .cone.'):
        own_frames(tmp_path, TRAFFIC_LIGHT_STATES)
    own_frames.cache_clear()
    (tmp_path / 'train' / 'a.jpg').write_bytes(b'')
    with pytest.raises(DataError, match=r'most of the 1 training images .*a\.jpg'):
        own_frames(tmp_path, TRAFFIC_LIGHT_STATES)


@pytest.mark.parametrize(
    ('content', 'problem'),
    [
        ('- 1', 'is no mapping'),
        ('train: x\nnames: [red]', "train is 'x', no folder"),
        ('train: .', 'names is None, not a list of classes'),
        ('{', 'not a YAML file'),
    ],
)
def test_broken_data_files_are_refused(tmp_path: Path, content: str, problem: str) -> None:
    """The field and the remedy."""
    (tmp_path / 'data.yaml').write_text(content)
    with pytest.raises(DataError) as caught:
        own_frames(tmp_path, TRAFFIC_LIGHT_STATES)
    assert problem in str(caught.value) and '\n' not in str(caught.value)


def test_a_sign_counts_as_its_family() -> None:
    """For the network that finds signs; a light is none."""
    assert class_number('Stop', TRAFFIC_SIGN_FAMILIES) == TRAFFIC_SIGN_FAMILIES.index('other')
    assert class_number('speed-limit 30', TRAFFIC_SIGN_FAMILIES) == 0
    assert class_number('danger', TRAFFIC_SIGN_FAMILIES) == 1
    assert class_number('red', TRAFFIC_SIGN_FAMILIES) is None


def test_own_pictures_end_in_a_zoo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two steps from the shipped weights on, one variant alone."""
    import argparse

    data, work = tmp_path / 'track', tmp_path / 'work'
    yolo(data)
    ensure_scenes(work / 'rendered' / 'scenes.npz', 1, 1, seed=1)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = ['traffic_light_detector', '--data', str(data), '--work', str(work), '--threads', '1']
    words += ['--only', 'w37.5_d1_160x224', '--start', str(default_zoo_dir()), '--steps', '2']
    assert run(parser.parse_args([*words, '--out', str(tmp_path / 'zoo')])) == 0
    (variant,) = read_zoo(tmp_path / 'zoo')
    assert variant.id == 'w37.5_d1_160x224' and 'val_map50' in variant.accuracy
    assert 'track: 1 training, 1 validation, 0 test images' in capsys.readouterr().err
    with pytest.raises(DataError, match=r'track: has no images of the split test_public; choose'):
        network_report(variant, data, 'test_public', tmp_path / 'out')
    assert 0 <= network_report(variant, data, 'val', tmp_path / 'out')['all_map50'] <= 1
    index = json.loads((tmp_path / 'zoo' / 'traffic_light_detector' / 'index.json').read_text())
    assert index['training']['data'][0]['name'] == 'track'
    assert run(parser.parse_args([*words[:-1], '1', '--only', 'w1'])) == 2
    assert 'w1 is no variant of traffic_light_detector: w37.5_d1_160x224' in capsys.readouterr().err
