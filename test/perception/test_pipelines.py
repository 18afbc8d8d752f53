# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The stages of both tasks: on networks whose outputs are set by hand, and on the shipped ones."""

import weakref
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from rtmdl_ros.engine.cache import load_runner
from rtmdl_ros.engine.runner import Runner, Tensors
from rtmdl_ros.networks.zoo import Variant, default_zoo_dir
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import FUNCTIONS, make_pipeline, usual_variant
from rtmdl_ros.perception.pipeline import Model, Pipeline, Work, run_whole
from rtmdl_ros.perception.traffic_light import TrafficLightPipeline
from rtmdl_ros.perception.traffic_sign import TrafficSignPipeline, sign_crop
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Resource

#: A quarter of the frame's size, so that the letterbox halves it.
INPUT_HEIGHT, INPUT_WIDTH = 32, 64
FRAME = np.zeros((64, 128, 3), np.uint8)
FAMILIES = ('prohibitory', 'danger')
SIGNS = ('stop', 'yield', 'no_entry')


class SetNetwork(Runner):
    """A network of one segment whose outputs are set by hand."""

    segments = 1

    def start(self, images: np.ndarray) -> Tensors:
        return {'image': images}

    def run_segment(self, index: int, tensors: Tensors) -> Tensors:
        assert index == 0
        return {str(n): output for n, output in enumerate(self.run(tensors['image']))}

    def outputs(self, tensors: Tensors) -> tuple[np.ndarray, ...]:
        return tuple(tensors.values())


class SetDetector(SetNetwork):
    """Finds the same boxes in every frame."""

    def __init__(self, *found: tuple[int, float, Box]) -> None:
        self.scores = np.zeros((1, 2, INPUT_HEIGHT // 8, INPUT_WIDTH // 8), np.float32)
        self.boxes = np.zeros((1, 4, INPUT_HEIGHT // 8, INPUT_WIDTH // 8), np.float32)
        for index, (label, score, box) in enumerate(found):
            row, column = divmod(index, INPUT_WIDTH // 8)
            self.scores[0, label, row, column] = score
            self.boxes[0, :, row, column] = (box.x_min, box.y_min, box.x_max, box.y_max)

    def run(self, images: np.ndarray) -> tuple[np.ndarray, ...]:
        assert images.shape == (1, INPUT_HEIGHT, INPUT_WIDTH, 3)
        return self.scores, self.boxes


class SetRecogniser(SetNetwork):
    """Names the n-th sign by the n-th row."""

    def __init__(self, *rows: tuple[float, ...]) -> None:
        self.rows = np.array(rows, np.float32)
        self.batches: list[int] = []

    def run(self, images: np.ndarray) -> tuple[np.ndarray, ...]:
        assert images.shape[1:] == (16, 16, 3)
        self.batches.append(len(images))
        return (self.rows[: len(images)],)


def variant(
    kind: str, classes: tuple[str, ...], threshold: float, size: tuple[int, int]
) -> Variant:
    return Variant(
        network='n', id=kind, kind=kind, width=1.0, depth=1, input_height=size[0],
        input_width=size[1], classes=classes, score_threshold=threshold, weights_path=Path('w'),
        weights_sha256='', parameters=1, macs=1, shared_bytes=1, private_bytes=1, accuracy={},
    )  # fmt: skip


def detector(*found: tuple[int, float, Box]) -> Model:
    return Model(
        variant('detector', FAMILIES, 0.3, (INPUT_HEIGHT, INPUT_WIDTH)), SetDetector(*found)
    )


def frame() -> Frame:
    return Frame(lambda: FRAME, 0, None)


BOX = Box(4.0, 4.0, 12.0, 20.0)
FAR = Box(40.0, 4.0, 50.0, 14.0)
#: The same in the frame, which is twice as large.
FRAME_BOX = Box(8.0, 8.0, 24.0, 40.0)
FRAME_FAR = Box(80.0, 8.0, 100.0, 28.0)


def test_lights_come_in_pixels_of_the_frame():
    pipeline = TrafficLightPipeline(detector((0, 0.9, BOX), (1, 0.2, FAR)))
    assert run_whole(pipeline, frame()) == (
        Detection('prohibitory', pytest.approx(0.9), FRAME_BOX),
    )
    pipeline.score_threshold = 0.1
    assert [found.class_name for found in run_whole(pipeline, frame())] == list(FAMILIES)
    assert [stage.resource for stage in pipeline.stages] == [
        Resource.CPU, Resource.ACCELERATOR, Resource.CPU
    ]  # fmt: skip


def sign_pipeline(recogniser: SetRecogniser, *found: tuple[int, float, Box]) -> TrafficSignPipeline:
    names = variant('classifier', SIGNS, 0.5, (16, 16))
    return TrafficSignPipeline(detector(*found), Model(names, recogniser))


def test_signs_are_named_and_doubtful_ones_dropped():
    recogniser = SetRecogniser((0.1, 0.1, 0.8), (0.4, 0.3, 0.3))
    pipeline = sign_pipeline(recogniser, (0, 0.9, BOX), (1, 0.5, FAR))
    assert run_whole(pipeline, frame()) == (
        Detection('no_entry', pytest.approx(0.9 * 0.8), FRAME_BOX),
    )
    assert recogniser.batches == [2]


def test_the_eight_surest_signs_are_named():
    boxes = [Box(4.0 * at, 4.0, 4.0 * at + 3.0, 8.0) for at in range(10)]
    recogniser = SetRecogniser(*[(1.0, 0.0, 0.0)] * 10)
    scores = [0.5 + 0.04 * at for at in range(10)]
    found = [(0, score, box) for score, box in zip(scores, boxes, strict=True)]
    named = run_whole(sign_pipeline(recogniser, *found), frame())
    assert recogniser.batches == [8]
    assert [each.score for each in named] == pytest.approx(scores[:1:-1])


def test_a_frame_without_signs_is_complete_after_crop():
    pipeline = sign_pipeline(SetRecogniser())
    work = Work(frame())
    assert [stage.run(work) for stage in pipeline.stages[:3]] == [False, False, True]
    assert work.detections == ()
    names = [stage.name for stage in pipeline.stages]
    assert names == ['preprocess', 'detect', 'crop', 'recognise', 'name']


def test_network_stages_name_their_network():
    segments = ['', 'n/detector', '', 'n/classifier', '']
    assert [stage.segment for stage in sign_pipeline(SetRecogniser()).stages] == segments


@pytest.fixture(scope='module')
def track_frame() -> Frame:
    """Return a frame of the simulated track on which both tasks find something."""
    image = Track(1, 640, 480).frame(70).image
    return Frame(lambda: image, 0, None)


def shipped(function: str, segments: int, cache_dir: Path) -> Pipeline:
    """Return a function's pipeline with every network cut, recogniser and all."""
    return make_pipeline(
        function,
        [
            Model(variant, load_runner(variant, segments, cache_dir))
            for variant in usual_variant(function, default_zoo_dir()).variants
        ],
    )


@pytest.mark.parametrize('function', FUNCTIONS)
@pytest.mark.parametrize('segments', [2, 3])
def test_segments_find_what_the_whole_network_does(function, segments, cache_dir, track_frame):
    expected = run_whole(shipped(function, 1, cache_dir), track_frame)
    found = run_whole(shipped(function, segments, cache_dir), track_frame)
    assert expected
    assert [thing.class_name for thing in found] == [thing.class_name for thing in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-4)
        assert astuple(one.box) == pytest.approx(astuple(other.box), abs=1e-4)


def test_segments_are_counted_in_the_stages_and_of_one_network(cache_dir):
    pipeline = shipped('traffic_light', 3, cache_dir)
    name = f'traffic_light_detector/{pipeline.variant}'
    assert [(stage.name, stage.segment) for stage in pipeline.stages] == [
        ('preprocess', ''),
        ('detect 1/3', name),
        ('detect 2/3', name),
        ('detect 3/3', name),
        ('decode', ''),
    ]


def test_a_job_holds_only_what_is_still_needed(cache_dir, track_frame):
    pipeline = shipped('traffic_light', 2, cache_dir)
    work = Work(track_frame)
    preprocess, first, second, _ = pipeline.stages
    preprocess.run(work)
    image = weakref.ref(work.tensors['image'])
    first.run(work)
    assert image() is None
    crossing = set(work.tensors)
    second.run(work)
    assert set(work.tensors) == {'scores', 'boxes'}
    assert not crossing & set(work.tensors)


def test_a_crop_is_a_square_with_a_border():
    image = np.zeros((100, 100, 3), np.uint8)
    image[39:61, 38:62] = 200
    crop = sign_crop(image, Box(40.0, 41.0, 60.0, 59.0), 24, 24)
    assert crop.shape == (24, 24, 3)
    # 20 px and a tenth on each side: x from 38 to 62 and y from 38 to 62.
    assert (crop[:, 12] == 200).all(axis=1).sum() == 22
    assert (crop[12] == 200).all()


@pytest.mark.parametrize(
    'box',
    [
        Box(0, 0, 1, 1),
        Box(9.5, 9.5, 10, 10),
        Box(0, 0, 10, 10),
        Box(3, 3, 3, 3),
        Box(10, 10, 10, 10),
    ],
)
def test_a_crop_at_the_rim_stays_inside(box):
    assert sign_crop(np.zeros((10, 10, 3), np.uint8), box, 16, 12).shape == (16, 12, 3)
