# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task of one's own as stages: what it finds, and what it does wrong."""

import numpy as np
import pytest
from own_task import SOURCE, write_own_task

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.perception.pipeline import run_whole
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Resource

#: Mean 64 of 256.
DIM = Frame(lambda: np.full((30, 40, 3), 64, np.uint8), arrival_ns=0, header=None)


@pytest.fixture
def pipeline(tmp_path, monkeypatch):
    """Return a function that makes the pipeline of a class, some of its text replaced."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(*changes):
        function = write_own_task(tmp_path, f'own_{tmp_path.name}', *changes)
        fine = ladder(function, tmp_path / 'no zoo')[-1]
        return ResidentNetworks(fine.variants, tmp_path).pipeline(function, fine, 1)

    return make


def test_stages_and_what_they_find(pipeline):
    own = pipeline()
    assert [(stage.name, stage.resource) for stage in own.stages] == [
        ('preprocess', Resource.CPU), ('network', Resource.ACCELERATOR),
        ('postprocess', Resource.CPU),
    ]  # fmt: skip
    assert own.stages[1].segment.endswith('.Brightness/fine') and own.variant == 'fine'
    whole = Box(0.0, 0.0, 40.0, 30.0)
    assert run_whole(own, DIM) == (Detection('dark', 0.75, whole), Detection('bright', 0.25, whole))
    assert {type(d.score) for d in run_whole(own, DIM)} == {float}, 'as messages take it'
    own.score_threshold = 0.5
    assert [d.class_name for d in run_whole(own, DIM)] == ['dark']


def test_postprocess_is_told_the_threshold(pipeline):
    own = pipeline(("Detection('bright', score", "Detection('bright', score_threshold"))
    own.score_threshold = 0.125
    assert run_whole(own, DIM)[-1].score == 0.125


@pytest.mark.parametrize(
    ('old', 'new', 'text'),
    [
        ('/ 256', '/ nobody', "raised NameError: name 'nobody' is not defined"),
        ('        score =', '        return None\n        score =', 'raised TypeError: '),
        ("Detection('dark', 1 - score, Box(0, 0, width, height))", '(1, 2)',
         'returned (1, 2); return Detections with a Box'),
        ('Box(0, 0, width, height)', '(0, 0, 1, 1)', 'return Detections with a Box'),
        ("Detection('dark'", "Detection('cat'", "returned class 'cat', which is not in classes"),
        ("Detection('dark'", 'Detection(outputs[0][0, 0]', 'returned class array([['),
        ('1 - score', '9.0', 'give a score from 0 to 1'),
        ('1 - score', "float('nan')", 'give a score from 0 to 1'),
        ('1 - score', 'None', 'give plain numbers'),
        ('Box(0, 0, width', "Box(0, 0, float('inf')", 'give a box of finite pixels'),
        ('Box(0, 0, width', 'Box(width, 0, 0', 'from its least to its largest x and y'),
        ('        height, width', '        image[0] = 1\n        height, width', 'read-only'),
    ],
)  # fmt: skip
def test_what_postprocess_does_wrong_is_named(pipeline, old, new, text):
    own = pipeline((old, new))
    with pytest.raises(TaskError) as caught:
        run_whole(own, DIM)
    assert 'Brightness.postprocess ' in str(caught.value) and text in str(caught.value)
    assert '\n' not in str(caught.value)


def test_the_place_of_an_error_is_told(pipeline, tmp_path):
    (line,) = [n for n, text in enumerate(SOURCE.splitlines(), 1) if '1 - score' in text]
    own = pipeline(('1 - score', '1 - nobody'))
    with pytest.raises(TaskError) as caught:
        run_whole(own, DIM)
    place = f'line {line} of own_{tmp_path.name}.py, for outputs (1, 2, 2, 3)'
    assert str(caught.value).endswith(f"name 'nobody' is not defined ({place})")


def test_what_does_not_count_may_be_anywhere(pipeline):
    own = pipeline(('Box(0, 0, width, height)', "Box(float('nan'), 9, 3, 1)"))
    own.score_threshold = 0.8
    assert run_whole(own, DIM) == ()


@pytest.mark.parametrize(
    ('box', 'left', 'told'),
    [
        ('Box(width, 0, width, height)', (), False),
        ('Box(-3, 10, 20, height + 1)', ((0.0, 10.0, 20.0, 30.0),), False),
        ('Box(width + 1, 0, width + 2, height)', (), True),
        ('Box(-5000, 1, 90000, 4)', ((0.0, 1.0, 40.0, 4.0),), True),
    ],
)
def test_boxes_are_cut_to_the_image(pipeline, caplog, box, left, told):
    own = pipeline(("'dark', 1 - score, Box(0, 0, width, height)", f"'dark', 1 - score, {box}"))
    for _ in range(2):
        dark = [d.box for d in run_whole(own, DIM) if d.class_name == 'dark']
        assert dark == [Box(*edges) for edges in left]
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == told
    assert all('for an image of 40x30: boxes are cut to' in message for message in messages)


def test_an_input_that_the_network_does_not_take_is_told_when_it_is_loaded(pipeline):
    with pytest.raises(EngineError) as caught:
        pipeline(('[None]\n', '[None].astype(float)\n'))
    text = str(caught.value)
    assert 'Brightness/fine does not take what preprocess returns, float64 (1, 2, 2, 3)' in text
    assert '\n' not in text


def test_a_broken_onnx_file_is_named_and_not_exported(pipeline, tmp_path):
    (tmp_path / 'broken.onnx').write_bytes(b'none')
    with pytest.raises(EngineError, match=r'broken\.onnx: ONNX Runtime cannot load it'):
        pipeline(('brightness.onnx', 'broken.onnx'))
