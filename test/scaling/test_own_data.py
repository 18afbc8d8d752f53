# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Users' pictures in COCO's and YOLO's form: read, checked, refused with path and remedy."""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from own_pictures import HEIGHT, WIDTH, coco, frames, picture, refusal, yolo

from rtmdl_ros import cli
from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.scaling import lessons
from rtmdl_ros.scaling.command import add_arguments, run
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.evaluate import detector_split_figures, model_of
from rtmdl_ros.scaling.lessons import LIGHT_AUGMENTATION
from rtmdl_ros.scaling.own_data import OwnData, class_number, is_own, own_data
from rtmdl_ros.scaling.recipes import RECIPES
from rtmdl_ros.scaling.report import network_report
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES


@pytest.fixture(autouse=True)
def few_rendered_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render for a second, not for minutes."""
    for name in ('SCENES', 'TRACKS'):
        monkeypatch.setattr(lessons, name, 1)


def test_coco_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Boxes come as corners, names whatever their letters."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]])
    coco(tmp_path / 'valid', 20, [[0, 0, 50, 40]])
    assert is_own(tmp_path)
    (frame,) = frames(tmp_path)
    assert frame.boxes.tolist() == [[10, 20, 22, 50]]
    assert frame.labels.tolist() == [0] and frame.source_labels == ('Red',)
    assert (frame.width, frame.height) == (WIDTH, HEIGHT)
    assert frames(tmp_path, 'val')[0].boxes.tolist() == [[0, 0, 50, 40]]
    assert frames(tmp_path, 'test') == ()
    told = [f'{tmp_path}: 1 train images', f'{tmp_path}: 1 val images']
    assert capsys.readouterr().err.splitlines() == told


def test_what_coco_marks_to_be_ignored_is_a_region_without_reward(tmp_path: Path) -> None:
    for split, shade in (('train', 10), ('val', 20)):
        coco(tmp_path / split, shade, [[10, 20, 12, 30], [50, 20, 10, 20], [70, 20, 10, 20]])
        path = tmp_path / split / '_annotations.coco.json'
        content = json.loads(path.read_text())
        content['annotations'][1]['ignore'] = content['annotations'][2]['iscrowd'] = 1
        path.write_text(json.dumps(content))
    (frame,) = frames(tmp_path)
    assert frame.boxes.tolist() == [[10, 20, 22, 50]]
    assert frame.regions.tolist() == [[50, 20, 60, 40, 0], [70, 20, 80, 40, 0]]


def test_flaws_are_counted_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can be done without is left out; nothing is lost silently."""
    boxes = [
        [10, 20, 12, 30],
        [90, 70, 50, 50],
        [200, 200, 5, 5],
        [5, 5, 0, 9],
        [1, 2, 'x', 4],
        [float('nan'), 2, 3, 4],
        '1234',
    ]
    coco(tmp_path / 'train', 10, boxes)
    coco(tmp_path / 'val', 20, [[0, 0, 50, 40]])
    coco(tmp_path / 'test', 10, [[0, 0, 50, 40]])
    assert frames(tmp_path)[0].boxes.tolist() == [[10, 20, 22, 50], [90, 70, 100, 80]]
    assert frames(tmp_path, 'test') == ()
    path = tmp_path / 'train' / 'a.jpg'
    assert capsys.readouterr().err.splitlines() == [
        f'{tmp_path}: 1 train images',
        f'{tmp_path}: 3x box is not four numbers: {path}, ...',
        f'{tmp_path}: 1x box reaches out of the image, clipped: {path}',
        f'{tmp_path}: 1x box is outside the image, left out: {path}',
        f'{tmp_path}: 1x box is empty: {path}',
        f'{tmp_path}: 0 test images',
        f'{tmp_path}: 1x image of the train split again, left out: {tmp_path}/test/a.jpg',
    ]


@pytest.mark.parametrize('form', ['coco', 'yolo'])
def test_a_split_has_the_same_pictures_whatever_was_read_before(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture of training is no measure, also where only a later split is read."""
    own = {'train': (10, 20), 'val': (20, 30), 'test': (10, 30, 40)}
    for split, shades in own.items():
        if form == 'yolo':
            for shade in shades:
                picture(tmp_path / split / 'images' / f'{shade}.png', shade)
                label = tmp_path / split / 'labels' / f'{shade}.txt'
                label.parent.mkdir(exist_ok=True)
                label.write_text('0 0.5 0.5 0.2 0.5\n')
            continue
        coco(tmp_path / split, 0, [[10, 20, 12, 30]])
        path = tmp_path / split / '_annotations.coco.json'
        content = json.loads(path.read_text())
        content['images'] = [{'id': 7 + n, 'file_name': f'{n}.png'} for n in shades]
        content['annotations'] = [
            {'image_id': 7 + n, 'category_id': 1, 'bbox': [10, 20, 12, 30]} for n in shades
        ]
        path.write_text(json.dumps(content))
        for shade in shades:
            picture(tmp_path / split / f'{shade}.png', shade)
    if form == 'yolo':
        folders = ''.join(f'{split}: {split}/images\n' for split in own)
        (tmp_path / 'data.yaml').write_text(f'{folders}names: [red]\n')
    together = OwnData(tmp_path)
    left = {'train': ['10', '20'], 'val': ['30'], 'test': ['40']}
    for split, names in left.items():
        assert [each.path.stem for each in together.split(split, TRAFFIC_LIGHT_STATES)] == names
    capsys.readouterr()
    for split in ('test', 'val'):
        assert [frame.path.stem for frame in frames(tmp_path, split)] == left[split]
    told = capsys.readouterr().err
    assert told.count('1x image of the train split again, left out: ') == 2
    assert told.count('1x image of the val split again, left out: ') == 1
    # Of what is wrong with the others nothing is said.
    (tmp_path / 'train' / ('images/10.png' if form == 'yolo' else '10.png')).unlink()
    assert [frame.path.stem for frame in frames(tmp_path, 'test')] == ['10', '40']
    assert '/train/' not in capsys.readouterr().err


def test_a_split_of_copies_alone_wants_other_pictures(tmp_path: Path) -> None:
    """Its classes are not at fault."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]])
    coco(tmp_path / 'val', 10, [[10, 20, 12, 30]])
    message = refusal(tmp_path, 'val')
    assert 'no val image is left; 1x image of the train split again, left out: ' in message
    assert message.endswith('; put other pictures into val')


def test_a_picture_that_claims_to_be_huge_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """OpenCV refuses such a header with an exception of its own."""
    yolo(tmp_path)
    huge = tmp_path / 'train' / 'images' / 'huge.png'
    content = bytearray((huge.parent / 'b.png').read_bytes())
    content[16:24] = struct.pack('>II', 40_000, 40_000)
    content[29:33] = struct.pack('>I', zlib.crc32(content[12:29]))
    huge.write_bytes(content)
    assert [frame.path.name for frame in frames(tmp_path)] == ['b.png']
    assert f'1x image cannot be read: {huge}' in capsys.readouterr().err


def test_unknown_classes_are_neither_objects_nor_background(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Detections there are not punished."""
    yolo(tmp_path)
    (tmp_path / 'data.yaml').write_text(
        'train: train/images\nval: val/images\nnames: {0: pedestrian light, 1: red}\n'
    )
    (frame,) = frames(tmp_path)
    assert frame.labels.tolist() == [0]
    assert frame.regions.tolist() == [[40, 20, 60, 60, 0]]
    assert "class 'pedestrian light' is unknown to the network" in capsys.readouterr().err


@pytest.mark.parametrize(
    ('content', 'problem'),
    [
        ('{"images"', 'cannot be read as JSON'),
        ('{"images": []}', 'is no COCO file (KeyError'),
        ('[]', 'is no COCO file (TypeError'),
        ('{"images": [], "categories": [], "annotations": []}', 'has no train images; add a train'),
        (
            '{"images": [], "annotations": [], "categories": [{"id": 1, "name": "red"}, '
            '{"id": 1, "name": "green"}]}',
            'labels.json: categories red and green have the id 1; give each its own',
        ),
        (
            '{"images": [{"id": 1}, {"id": 1}], "categories": [], "annotations": []}',
            'labels.json: two images have the id 1; give each its own',
        ),
        (
            '{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "a.png"}], '
            '"categories": [], "annotations": []}',
            'labels.json: two images have the file_name a.png; make one of both',
        ),
    ],
)
def test_broken_label_files_are_refused(tmp_path: Path, content: str, problem: str) -> None:
    """One line with path and remedy."""
    coco(tmp_path / 'val', 20, [[0, 0, 50, 40]])
    (tmp_path / 'train').mkdir()
    (tmp_path / 'train' / 'labels.json').write_text(content)
    assert problem in refusal(tmp_path)


def test_splits_without_use_are_refused(tmp_path: Path) -> None:
    """Broken images, no known class."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]], name='cone')
    coco(tmp_path / 'val', 20, [[0, 0, 50, 40]])
    assert "object of a known class; 1x class 'cone'" in refusal(tmp_path)
    (tmp_path / 'train' / 'a.jpg').write_bytes(b'')
    message = refusal(tmp_path)
    assert 'most of the 1 train images' in message and 'a.jpg' in message


def test_what_label_and_image_disagree_on_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An annotation without its image is counted; an image of another size is left out."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]])
    picture(tmp_path / 'train' / 'b.jpg', 30)
    path = tmp_path / 'train' / '_annotations.coco.json'
    content = json.loads(path.read_text())
    content['images'].append({'id': 8, 'file_name': 'b.jpg', 'width': 50, 'height': 40})
    content['annotations'].append({'image_id': 9, 'category_id': 1, 'bbox': [1, 1, 20, 20]})
    path.write_text(json.dumps(content))
    assert [frame.path.name for frame in frames(tmp_path)] == ['a.jpg']
    told = capsys.readouterr().err
    assert f'1x annotation of an image that is not listed: {path}' in told
    assert '1x image is 100x80, the label file says 50x40, left out: ' in told
    content['images'] = content['images'][1:]
    path.write_text(json.dumps(content))
    assert 'most of the 1 train images cannot be used' in refusal(tmp_path)


def test_two_networks_may_read_the_same_pictures(tmp_path: Path) -> None:
    """A broken picture is one broken picture, however often it is read."""
    coco(tmp_path / 'train', 10, [[10, 20, 12, 30]], name='stop')
    path = tmp_path / 'train' / '_annotations.coco.json'
    content = json.loads(path.read_text())
    content['images'].append({'id': 8, 'file_name': 'none.jpg'})
    path.write_text(json.dumps(content))
    own = OwnData(tmp_path)
    for _ in range(2):
        with pytest.raises(DataError, match='shows an object of a known class'):
            own.split('train', TRAFFIC_LIGHT_STATES)
    assert len(own.split('train', TRAFFIC_SIGN_FAMILIES)) == 1


def test_what_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image is left out, a label file that is there is not taken for none."""
    yolo(tmp_path)

    def refused(path: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(13, 'Permission denied', str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, 'read_bytes', refused)
        assert 'image cannot be read (Permission denied): ' in refusal(tmp_path)
    read_text = Path.read_text
    monkeypatch.setattr(
        Path, 'read_text',
        lambda path, **how: (refused if path.suffix == '.txt' else read_text)(path, **how),
    )  # fmt: skip
    assert 'b.txt: cannot be read (Permission denied); make it readable' in refusal(tmp_path)


def test_no_split_is_asked_for_that_is_not_used(tmp_path: Path) -> None:
    """Networks are measured where only a test is."""
    coco(tmp_path / 'test', 10, [[10, 20, 12, 30]])
    variant = read_zoo(default_zoo_dir() / 'traffic_light_detector')[0]
    figures = network_report(variant, tmp_path, 'test_public', tmp_path / 'out')
    assert 0 <= figures['all_map50'] <= 1


def test_networks_that_data_are_not_for_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless one of them is asked for, or nothing else is left."""
    coco(tmp_path / 'data' / 'val', 10, [[10, 20, 12, 30]])
    file = tmp_path / 'figures.json'
    words = ['evaluate', '--data', str(tmp_path / 'data'), '--split', 'val', '--json', str(file)]
    words += ['--out', str(tmp_path / 'out')]
    assert cli.main(words) == 0
    told = capsys.readouterr()
    assert 'all_ap50_red' in told.out
    assert list(json.loads(file.read_text())) == ['traffic_light_detector']
    left_out = [line for line in told.err.splitlines() if line.startswith('rtmdl evaluate: ')]
    assert [line.split('; ')[-1] for line in left_out] == [
        'traffic_sign_detector is left out, --network chooses one',
        'traffic_sign_recogniser is left out, --network chooses one',
    ]
    assert cli.main([*words, '--network', 'traffic_sign_detector']) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert 'of a known class' in error and 'left out' not in error
    coco(tmp_path / 'cones' / 'val', 10, [[10, 20, 12, 30]], 'cone')
    assert cli.main([*words, '--data', str(tmp_path / 'cones')]) == 1
    assert capsys.readouterr().err.count('is left out, --network') == 3
    assert cli.main([*words, '--data', str(tmp_path / 'gone')]) == 1
    error = f'{tmp_path}/gone: is no folder; give --data the folder of the data sets'
    assert capsys.readouterr().err == f'rtmdl evaluate: {error}\n'


def test_a_test_without_objects_has_no_figures(tmp_path: Path) -> None:
    """They would be zero, as of a network that finds nothing."""
    coco(tmp_path / 'test', 10, [])
    variant = read_zoo(default_zoo_dir() / 'traffic_light_detector')[0]
    model = model_of(variant, tmp_path / 'out')
    assert detector_split_figures(model, tmp_path, 'test_public', 'test_public') == {}
    with pytest.raises(DataError) as caught:
        network_report(variant, tmp_path, 'test_public', tmp_path / 'out')
    assert str(caught.value) == (
        f'{tmp_path}: no image of the split test_public shows an object of a class of '
        'traffic_light_detector; choose another --split or --network'
    )


def test_large_pictures_are_kept_as_small_as_views_of_them_get(tmp_path: Path) -> None:
    """Lights are cut out of them before."""
    yolo(tmp_path / 'track')
    image = tmp_path / 'track' / 'train' / 'images' / 'b.png'
    cv2.imwrite(str(image), np.full((1080, 1920, 3), 90, np.uint8))
    recipe = RECIPES['traffic_light_detector']
    views = recipe.lesson(recipe, tmp_path / 'track', tmp_path, 1).views
    (scene,) = views._real
    assert scene.image.shape == (519, 922, 3)
    assert scene.image.shape[1] == round(LIGHT_AUGMENTATION.zoom[1] * recipe.sizes[-1].width)
    assert scene.boxes == pytest.approx(
        np.array([(0.4, 0.25, 0.6, 0.75), (0.1, 0.1, 0.3, 0.4)]) * (922, 519, 922, 519), rel=1e-5
    )
    assert views._cuttings[0].image.shape == (540, 384, 3)


def test_a_sign_counts_as_its_family() -> None:
    """For the network that finds signs; a light is none."""
    assert class_number('Stop', TRAFFIC_SIGN_FAMILIES) == TRAFFIC_SIGN_FAMILIES.index('other')
    assert class_number('speed-limit 30', TRAFFIC_SIGN_FAMILIES) == 0
    assert class_number('danger', TRAFFIC_SIGN_FAMILIES) == 1
    assert class_number('red', TRAFFIC_SIGN_FAMILIES) is None


def test_own_signs_are_told_apart_by_family(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Boxes of own pictures hold a sign of a family, not which: the whole task has no figures."""
    data, zoo, file = tmp_path / 'signs', tmp_path / 'zoo', tmp_path / 'figures.json'
    networks = ['traffic_sign_detector', 'traffic_sign_recogniser']
    zoo.mkdir()
    for network in networks:
        (zoo / network).symlink_to(default_zoo_dir() / network)
    for split, shade in (('train', 10), ('valid', 20)):
        coco(data / split, shade, [[10, 20, 12, 30]], 'stop')
        picture(data / split / 'stop' / 'crop.png', shade + 20)
    words = ['--data', str(data), '--zoo', str(zoo), '--split', 'val', '--json', str(file)]
    assert cli.main(['evaluate', *words, '--out', str(tmp_path / 'out')]) == 0
    assert 'all_ap50_other' in capsys.readouterr().out
    assert list(json.loads(file.read_text())) == networks


def test_own_pictures_end_in_a_zoo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two steps from the shipped weights on, one variant alone."""
    import argparse

    data, work = tmp_path / 'track', tmp_path / 'work'
    yolo(data)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = ['traffic_light_detector', '--data', str(data), '--work', str(work), '--threads', '1']
    words += ['--only', 'w37.5_d1_160x224', '--start', str(default_zoo_dir()), '--steps', '2']
    assert run(parser.parse_args([*words, '--out', str(tmp_path / 'zoo')])) == 0
    (variant,) = read_zoo(tmp_path / 'zoo')
    assert variant.id == 'w37.5_d1_160x224' and 'val_map50' in variant.accuracy
    error = capsys.readouterr().err
    assert 'track: 1 train images' in error and 'track: 1 val images' in error
    with pytest.raises(DataError, match=r'track: has no images of the split test_public; choose'):
        network_report(variant, data, 'test_public', tmp_path / 'out')
    assert 0 <= network_report(variant, data, 'val', tmp_path / 'out')['all_map50'] <= 1
    index = json.loads((tmp_path / 'zoo' / 'traffic_light_detector' / 'index.json').read_text())
    assert index['training']['data'][0]['name'] == 'track'
    index_before = (tmp_path / 'zoo' / 'traffic_light_detector' / 'index.json').read_text()
    (data / 'train' / 'labels' / 'b.txt').write_text('0 0.5 0.5 0.2 0.4\n')
    own_data.cache_clear()
    words += ['--out', str(tmp_path / 'zoo')]
    for more in ([], ['--publish']):
        assert run(parser.parse_args([*words, *more])) == 1
        error = capsys.readouterr().err
        assert 'is of a run with other data; give what the run began with, or another' in error
    assert (tmp_path / 'zoo' / 'traffic_light_detector' / 'index.json').read_text() == index_before
    assert run(parser.parse_args([*words, '--only', 'w1'])) == 2
    assert 'w1 is no variant of traffic_light_detector: w37.5_d1_160x224' in capsys.readouterr().err


def test_classes_with_too_few_boxes_to_judge_by_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coco(tmp_path / 'val', 20, [[at, 0, 5, 9] for at in range(0, 50, 10)])
    path = tmp_path / 'val' / '_annotations.coco.json'
    content = json.loads(path.read_text())
    content['categories'].append({'id': 2, 'name': 'green'})
    content['annotations'].append({'image_id': 7, 'category_id': 2, 'bbox': [0, 30, 5, 9]})
    path.write_text(json.dumps(content))
    validation = frames(tmp_path, 'val')
    capsys.readouterr()
    lessons._tell_rare(validation, TRAFFIC_LIGHT_STATES, tmp_path)
    problem = 'too few val boxes to count in val_figure, fewer than 5: green 1'
    assert capsys.readouterr().err == f'{tmp_path}: {problem}\n'
