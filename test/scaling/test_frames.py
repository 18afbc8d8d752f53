# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reading label files: roles of boxes, splits, errors, and the figures of a split."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.scaling import rendered
from rtmdl_ros.scaling.data_sets import read_gtsdb, read_lights, read_road_signs
from rtmdl_ros.scaling.detection import as_scene
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.pasting import cut_lights
from rtmdl_ros.scaling.report import network_report


def write(folder: Path, names: dict[int, tuple[str, str]], boxes: list[dict[str, Any]]) -> None:
    """Write a label file with one picture a split and the given annotations in the first."""
    (folder / 'images').mkdir(parents=True)
    images = []
    for number, split in enumerate(('train', 'val', 'test_public'), start=1):
        name = f'images/{split}.jpg'
        cv2.imwrite(str(folder / name), np.full((80, 100, 3), 90, np.uint8))
        size = {'width': 100, 'height': 80}
        images.append({'id': number, 'file_name': name, 'split': split, 'source': 's', **size})
    categories = [
        {'id': key, 'name': name, 'supercategory': above} for key, (name, above) in names.items()
    ]
    annotations = [{'id': at, 'image_id': 1, **box} for at, box in enumerate(boxes, start=1)]
    content = {'images': images, 'annotations': annotations, 'categories': categories}
    (folder / 'labels.json').write_text(json.dumps(content))


def only(frames: tuple[LabelledPicture, ...]) -> LabelledPicture:
    """Return the only frame."""
    (frame,) = frames
    return frame


def test_lights_that_are_ignored_become_regions(tmp_path: Path) -> None:
    """A box without a state is neither an object nor background."""
    write(
        tmp_path / 'traffic_light',
        {1: ('red', 'traffic_light'), 4: ('off', 'traffic_light')},
        [
            {'category_id': 1, 'bbox': [10, 20, 12, 30], 'ignore': 0},
            {'category_id': 4, 'bbox': [50, 20, 10, 20], 'ignore': 1},
        ],
    )
    frame = only(read_lights(tmp_path, 'train'))
    assert frame.boxes.tolist() == [[10, 20, 22, 50]]
    assert frame.labels.tolist() == [0]
    assert frame.regions.tolist() == [[50, 20, 60, 40, 0]]
    assert frame.image().shape == (80, 100, 3)
    assert len(only(read_lights(tmp_path, 'val')).boxes) == 0
    (cutting,) = cut_lights([as_scene(frame)])
    assert cutting.image.shape == (30, 12, 3) and cutting.label == 0


def test_german_signs_become_families(tmp_path: Path) -> None:
    """The family is the supercategory; the sign's own name is kept."""
    write(
        tmp_path / 'traffic_sign_frames' / 'gtsdb',
        {13: ('yield', 'other')},
        [{'category_id': 13, 'bbox': [10, 20, 10, 10]}],
    )
    frame = only(read_gtsdb(tmp_path, 'train'))
    assert frame.labels.tolist() == [3]
    assert frame.source_labels == ('yield',)
    assert len(frame.regions) == 0


def test_incomplete_labels_count_near_boxes_only(tmp_path: Path) -> None:
    """Stop sign: an object; traffic light: background; crosswalk plate: nothing."""
    names = {2: ('stop', 'sign'), 3: ('crosswalk', 'sign'), 4: ('trafficlight', 'sign')}
    write(
        tmp_path / 'traffic_sign_frames' / 'road_sign_detection',
        names,
        [
            {'category_id': 2, 'bbox': [10, 20, 10, 10]},
            {'category_id': 3, 'bbox': [40, 20, 10, 10]},
            {'category_id': 4, 'bbox': [60, 20, 10, 20]},
        ],
    )
    frame = only(read_road_signs(tmp_path, 'train'))
    assert frame.labels.tolist() == [3]
    assert frame.regions.tolist() == [
        [0, 0, 100, 80, 0],
        [6, 16, 24, 34, 1],
        [40, 20, 50, 30, 0],
        [60, 20, 70, 40, 1],
    ]


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        (None, 'is missing; give --data the folder of the data sets, or pictures of your own'),
        ('{"images": [', 'cannot be read as JSON ('),
        ('[]', 'is no COCO file ('),
        (
            '{"images": [{"id": 1, "file_name": "a"}], "categories": [], "annotations": []}',
            "no image has the split 'train'; give --data the folder of the data sets, or",
        ),
        (
            '{"images": [{"id": 1, "file_name": "a", "split": "train"}], "categories": [], '
            '"annotations": []}',
            'is of another data set (a has no width and height); ',
        ),
        (
            '{"images": [{"id": 1, "file_name": "a", "split": "train", "width": 9, "height": 9}], '
            '"categories": [{"id": 1, "name": "cone"}], '
            '"annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}]}',
            "is of another data set (a shows 'cone'); ",
        ),
    ],
)
def test_label_file_at_fault_is_named(tmp_path: Path, text: str | None, problem: str) -> None:
    """Missing, broken or plain COCO: the path and what to do."""
    path = tmp_path / 'traffic_light' / 'labels.json'
    path.parent.mkdir()
    if text is not None:
        path.write_text(text)
    with pytest.raises(DataError) as caught:
        read_lights(tmp_path, 'train')
    assert str(caught.value).startswith(f'{path}: {problem}') and '\n' not in str(caught.value)


def test_label_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Nor is one that may not be read a traceback."""
    path = tmp_path / 'traffic_light' / 'labels.json'
    path.parent.mkdir()
    path.write_bytes(b'{"images": "\xff"}')
    with pytest.raises(DataError, match=r'labels\.json: cannot be read as JSON \(.utf-8. codec'):
        read_lights(tmp_path, 'train')


def test_unreadable_image_is_named(tmp_path: Path) -> None:
    """A truncated download."""
    write(tmp_path / 'traffic_light', {1: ('red', 'traffic_light')}, [])
    path = tmp_path / 'traffic_light' / 'images' / 'train.jpg'
    path.write_bytes(b'')
    with pytest.raises(DataError, match='cannot be read as an image'):
        only(read_lights(tmp_path, 'train')).image()


def test_report_draws_what_was_missed(tmp_path: Path) -> None:
    """An object that a plain grey picture does not show is missed and pictured."""
    write(
        tmp_path / 'traffic_light',
        {1: ('red', 'traffic_light')},
        [{'category_id': 1, 'bbox': [10, 20, 12, 30], 'ignore': 0}],
    )
    variant = read_zoo(default_zoo_dir() / 'traffic_light_detector')[-1]
    figures = network_report(variant, tmp_path, 'train', tmp_path / 'out')
    assert figures['all_recall'] == 0.0 and figures['s_ap50_red'] == 0.0
    sheet = cv2.imread(str(tmp_path / 'out' / 'traffic_light_detector_all_missed.png'))
    assert sheet is not None and sheet.shape == (246, 1280, 3)
    assert not (tmp_path / 'out' / 'traffic_light_detector_all_confused.png').exists()


def test_drives_to_validate_on_show_what_their_boxes_say(tmp_path, monkeypatch):
    monkeypatch.setattr(rendered, 'VALIDATION_TRACKS', 2)
    frames = rendered.drive_frames(tmp_path / 'drives', 'sign')
    assert len(frames) == len(list((tmp_path / 'drives').iterdir())) == 10
    boxes = np.concatenate([frame.boxes for frame in frames])
    assert len(boxes) and (boxes[:, 2:] > boxes[:, :2]).all()
    assert boxes.min() >= 0 and boxes[:, 0::2].max() <= 640 and boxes[:, 1::2].max() <= 480
    assert all(frame.image().shape == (480, 640, 3) for frame in frames)
    # What is left of another release or of a run that was killed does not stay.
    images = [frame.image() for frame in frames]
    frames[0].path.write_bytes(frames[0].path.read_bytes()[:999])
    cv2.imwrite(str(frames[1].path), np.zeros((480, 640, 3), np.uint8))
    again = rendered.drive_frames(tmp_path / 'drives', 'sign')
    assert len(list((tmp_path / 'drives').iterdir())) == 10
    for image, frame, same in zip(images, frames, again, strict=True):
        assert np.array_equal(same.image(), image) and same.source_labels == frame.source_labels
    families = {label for frame in frames for label in frame.labels}
    assert families <= set(range(4))
