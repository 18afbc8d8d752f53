# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Labelled pictures as frames: fitted, with their boxes; one line for what is missing."""

import json

import pytest
from labelled_folder import write_labelled

from rtmdl_ros.bench.labelled_frames import Truth, read_labelled_frames
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.workload.detection import Box, Detection

LIGHTS, SIGNS = ('red', 'green'), ('stop', 'yield')
CLASSES = {'light': LIGHTS, 'sign': SIGNS}


def shade(frame):
    return int(frame.image()[0, 0, 0])


def test_pictures_and_boxes_are_fitted_into_the_frame_of_the_camera(tmp_path):
    folder = write_labelled(
        tmp_path, ['Red', 'car', 'green'],
        {'boxes': [(0, [1, 2, 4, 8]), (1, [0, 0, 9, 9]), (2, [3, 3, 5, 5], {'ignore': 1}),
                   (2, [20, 20, 20, 20]), (0, [5, 5, 0, 1])]},
    )  # fmt: skip
    found = read_labelled_frames([folder], CLASSES)
    (frame,) = found.frames
    assert (frame.image().shape, frame.header) == ((480, 640, 3), 0)
    # 32x24 becomes 640x480.
    assert found.truths['light'] == (
        Truth(
            (
                Detection('red', 1.0, Box(20.0, 40.0, 100.0, 200.0)),
                Detection('green', 1.0, Box(400.0, 400.0, 640.0, 480.0)),
            ),
            (Box(60.0, 60.0, 160.0, 160.0),),
            frozenset(LIGHTS),
        ),
    )
    # Nobody has labelled signs here: nothing is known of them, not even that there is none.
    assert found.truths['sign'] == (None,)
    assert found.words == f'1 of 1 pictures of {tmp_path.name}'


def test_pictures_of_folders_are_mixed_and_each_knows_its_own(tmp_path):
    lights = write_labelled(tmp_path / 'lights', ['red'], *[{}] * 6)
    signs = write_labelled(tmp_path / 'signs', ['stop', 'pole'], *[{}] * 3)
    found = read_labelled_frames([lights, signs], CLASSES, most=8)
    assert found.words == '3 of 3 pictures of signs, 5 of 6 pictures of lights'
    assert [frame.header for frame in found.frames] == list(range(8))
    light, sign = found.truths['light'], found.truths['sign']
    assert [(a is None) + (b is None) for a, b in zip(light, sign, strict=True)] == [1] * 8
    by_folder = [False] * 5 + [True] * 3
    assert [each is None for each in light] not in (by_folder, by_folder[::-1])
    # Of the classes of signs one is labelled: finds of the other are not judged.
    assert {each.classes for each in sign if each} == {frozenset(['stop'])}
    # Spread evenly: of six the last is left out.
    shades = sorted(shade(frame) for frame, each in zip(found.frames, light, strict=True) if each)
    assert shades == [10, 11, 12, 13, 14]
    again = read_labelled_frames([lights, signs], CLASSES, most=8)
    assert again.truths == found.truths


def test_of_splits_the_test_split_is_shown(tmp_path):
    splits = ('train', 'test_public', 'val', 'test')
    folder = write_labelled(tmp_path, ['red'], *({'split': each} for each in splits))
    found = read_labelled_frames([folder], CLASSES)
    assert sorted(map(shade, found.frames)) == [11, 13]


def test_what_label_and_picture_disagree_on_is_left_out_and_told(tmp_path, capsys):
    boxes = [(0, [1, 2, 4, 8])]
    folder = write_labelled(tmp_path, ['red'], *({'boxes': boxes} for _ in range(5)))
    path = folder / 'labels.json'
    content = json.loads(path.read_text())
    content['images'][1] |= {'width': 64, 'height': 48}
    content['images'][2] |= {'width': 32, 'height': 24}
    content['annotations'].append({'image_id': 9, 'category_id': 0, 'bbox': [1, 2, 4, 8]})
    path.write_text(json.dumps(content))
    (folder / '3.png').write_bytes(b'torn')
    found = read_labelled_frames([folder], CLASSES)
    assert sorted(map(shade, found.frames)) == [10, 12, 14]
    assert [len(truth.objects) for truth in found.truths['light']] == [1, 1, 1]
    assert found.words == f'3 of 5 pictures of {folder.name}'
    assert sorted(capsys.readouterr().err.splitlines()) == [
        f'{folder}: 1x annotation of an image that is not listed: {path}',
        f'{folder}: 1x image cannot be read: {folder}/3.png',
        f'{folder}: 1x image is 32x24, the label file says 64x48, left out: {folder}/1.png',
    ]


def test_what_is_missing_or_broken_gets_one_line(tmp_path):
    def line(folder):
        with pytest.raises(DataError) as caught:
            read_labelled_frames([folder], CLASSES)
        assert '\n' not in str(caught.value)
        return str(caught.value)

    none = tmp_path / 'none'
    assert line(none).startswith(f'{none}: is no folder; give a folder of pictures with labels')
    assert 'has none of _annotations.coco.json, annotations.json, labels.json' in line(tmp_path)
    other = write_labelled(tmp_path / 'other', ['dog', 'cat'], {})
    assert 'labels only dog, cat, which none of light, sign finds; give' in line(other)
    train = write_labelled(tmp_path / 'train', ['red'], {'split': 'train'})
    assert 'labels.json: has no test pictures' in line(train)
    lost = write_labelled(tmp_path / 'lost', ['red'], {})
    (lost / '0.png').write_bytes(b'no picture')
    most = 'most of the 1 test images cannot be used; 1x image'
    assert f'{most} cannot be read: {lost}/0.png; check the paths' in line(lost)
    (lost / '0.png').unlink()
    assert f'{most} is missing: {lost}/0.png; check the paths' in line(lost)
    (lost / 'labels.json').write_text('{')
    assert 'cannot be read as JSON' in line(lost)
    (lost / 'labels.json').write_text(json.dumps({'images': [3]}))
    assert 'is no COCO file' in line(lost)
