# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What bench, camera and node hand each other, and what they say of broken files."""

import json

import numpy as np
import pytest

from rtmdl_ros.evidence.callback_plan import (
    ONNX,
    PLAN,
    CallbackAnswer,
    CallbackPlan,
    CallbackTask,
    read_answers,
    read_images,
    read_plan,
    write_answers,
    write_plan,
)
from rtmdl_ros.runtime.report import StageSpan
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.errors import BadInputError

TASKS = {
    'light': CallbackTask('traffic_light', 'small', 'front', ((0, 5), (7, 9))),
    'sign': CallbackTask('traffic_sign', 'large+tiny', 'rear'),
    'other': CallbackTask('traffic_sign', 'large+tiny', 'rear'),
}
CALLBACK_PLAN = CallbackPlan(ONNX, 2, 1, '/zoo', '/cache', TASKS, ((0, 'front'), (3, 'rear')))


def test_plan_and_images_come_back(tmp_path):
    images = [np.full((2, 3, 3), value, np.uint8) for value in range(12)]
    write_plan(tmp_path, CALLBACK_PLAN, images)
    assert read_plan(tmp_path) == CALLBACK_PLAN
    assert CALLBACK_PLAN.cameras == ('front', 'rear')
    assert [image[0, 0, 0] for image in read_images(tmp_path)] == list(range(12))


def test_answers_come_back(tmp_path):
    span = StageSpan('detect', 'lane1', 5, 9)
    answers = (
        CallbackAnswer('light', 3, (span,), (Detection('red', 0.5, Box(1.0, 2.0, 3.0, 4.0)),)),
        CallbackAnswer('sign', 4, (span, span)),
    )
    write_answers(tmp_path, answers)
    assert read_answers(tmp_path) == answers


LIGHT = {'function': 'traffic_light', 'variant': 'small', 'camera': 'front'}


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'engine': 'tea'}, 'engine is tea; give torch or onnx'),
        ({'executor_threads': 0}, 'executor_threads is 0; give a whole number from 1 on'),
        ({'engine_threads': 1.5}, 'engine_threads is 1.5; give a whole number from 1 on'),
        ({'frames': [[0, 'up']]}, 'frames has the camera up, which no task has'),
        ({'frames': [[0]]}, 'frames must be a list of pairs (int, str)'),
        ({'frames': [[None, 'up']]}, 'frames must be a list of pairs (int, str)'),
        ({'tasks': {'light': {}}}, 'tasks.light.function is missing'),
        (
            {'tasks': {'light': {**LIGHT, 'absences': [[0, None]]}}},
            'tasks.light.absences must be a list of pairs (int, int)',
        ),
        ({'zoo_dir': None}, 'zoo_dir is missing'),
        ({'more': 1}, 'more is not known'),
    ],
)
def test_a_broken_plan_is_named(tmp_path, change, message):
    write_plan(tmp_path, CALLBACK_PLAN, [])
    path = tmp_path / PLAN
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(BadInputError) as caught:
        read_plan(tmp_path)
    assert str(caught.value) == f'{path}: {message}; let rtmdl bench write it'


def test_files_that_are_missing_or_no_such_files_are_named(tmp_path):
    with pytest.raises(BadInputError, match=r'plan.json: .*No such file'):
        read_plan(tmp_path)
    (tmp_path / PLAN).write_text('{')
    with pytest.raises(BadInputError, match=r'plan.json: Expecting'):
        read_plan(tmp_path)
    with pytest.raises(BadInputError, match=r'images.npz: .*No such file'):
        list(read_images(tmp_path))
    (tmp_path / 'images.npz').write_text('nothing')
    with pytest.raises(BadInputError, match=r'images.npz: '):
        list(read_images(tmp_path))
