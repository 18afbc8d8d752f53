# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The three tasks of the workload mixed: their variants, and what they read from outputs."""

from itertools import pairwise

import numpy as np
import pytest

from rtmdl_ros.bench.mixed_tasks import Lanes, People, Scenes
from rtmdl_ros.bench.workload_file import find_workload
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.workload.detection import Box, Detection

IMAGE = np.zeros((480, 640, 3), np.uint8)


def smallest(task):
    return task(task.variants[0])


def test_the_workload_names_all_three_and_says_what_they_are(tmp_path):
    spec = find_workload('mixed')
    functions = {name: task.function for name, task in spec.tasks.items()}
    assert list(functions) == ['traffic_light', 'traffic_sign', 'lanes', 'people', 'scenes']
    assert 'random weights' in spec.note and 'accuracies are assumed' in spec.note
    found = {name: ladder(functions[name], tmp_path) for name in ('lanes', 'people', 'scenes')}
    assert [len(each) for each in found.values()] == [3, 3, 4]
    assert [each.accuracy for each in found['scenes']] == [0.606, 0.694, 0.73, 0.762]
    assert all(a.accuracy < b.accuracy for own in found.values() for a, b in pairwise(own))


@pytest.mark.parametrize('task', [Lanes, People, Scenes])
def test_the_network_gets_the_image_in_its_size(task):
    for variant in task.variants:
        made = task(variant).preprocess(IMAGE)
        assert (made.shape, made.dtype) == (
            (1, variant.input_height, variant.input_width, 3), np.uint8
        )  # fmt: skip


@pytest.mark.parametrize('task', [Lanes, People, Scenes])
def test_the_network_is_there(task):
    assert sum(weight.numel() for weight in smallest(task).network().parameters()) > 300_000


def test_a_lane_is_read_in_strips_of_the_lower_half():
    probability = np.zeros((1, 144, 192), np.float32)
    probability[0, 72:90, 48:96] = 0.75
    probability[0, 0:72] = 1.0  # the sky
    found = list(smallest(Lanes).postprocess((probability,), IMAGE, 0.5))
    assert found == [
        Detection('lane', 0.75, Box(160.0, 240.0, 320.0, 270.0)),
        Detection('lane', 0.75, Box(160.0, 270.0, 320.0, 300.0)),
    ]


def test_of_boxes_that_overlap_the_surest_stays():
    boxes = np.array([[0, 0, 96, 96], [6, 0, 102, 96], [96, 96, 192, 192], [0, 96, 9, 99]])
    scores = np.array([0.75, 0.875, 0.5, 0.25], np.float32)
    outputs = (scores[None], boxes[None].astype(np.float32))
    found = list(smallest(People).postprocess(outputs, IMAGE, 0.5))
    assert found == [
        Detection('person', 0.875, Box(20.0, 0.0, 340.0, 240.0)),
        Detection('person', 0.5, Box(320.0, 240.0, 640.0, 480.0)),
    ]


def test_a_scene_is_the_whole_image():
    outputs = (np.array([[0.125, 0.625, 0.25, 0.0]], np.float32),)
    found = list(smallest(Scenes).postprocess(outputs, IMAGE, 0.5))
    assert found == [Detection('bend', 0.625, Box(0.0, 0.0, 640.0, 480.0))]
