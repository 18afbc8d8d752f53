# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The tasks of the workload large_gpu: their variants, and what comes out of their networks."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from rtmdl_ros.bench.large_tasks import Places, Surfaces
from rtmdl_ros.bench.workload_file import find_workload
from rtmdl_ros.engine.torch_segments import IMAGE, cut_module
from rtmdl_ros.perception.functions import ladder

IMAGE_SIZE = (480, 640, 3)


def test_the_workload_says_what_they_are(tmp_path):
    spec = find_workload('large_gpu')
    functions = {name: task.function for name, task in spec.tasks.items()}
    assert list(functions) == [
        'traffic_light', 'traffic_sign', 'surfaces_front', 'surfaces_rear', 'places'
    ]  # fmt: skip
    assert 'random weights' in spec.note and 'accuracies are assumed' in spec.note
    found = [ladder(functions[name], tmp_path) for name in ('surfaces_front', 'places')]
    assert [len(each) for each in found] == [3, 3]
    assert all(a.accuracy < b.accuracy for own in found for a, b in pairwise(own))


@pytest.mark.parametrize(('task', 'shape'), [(Surfaces, (1, 8, 16)), (Places, (1, 4))])
def test_a_network_answers_with_probabilities_cut_or_whole(task, shape):
    network = task(task.variants[0]).network()
    images = torch.randint(0, 256, (1, 64, 128, 3), dtype=torch.uint8)
    with torch.no_grad():
        whole = network(images)
        tensors = {IMAGE: images}
        for segment in cut_module(network, images, 3, task.__name__):
            tensors |= segment.run(tensors)
    assert tuple(whole.shape) == shape and whole.min() >= 0.0 and whole.max() <= 1.0
    torch.testing.assert_close(tensors['output 0'], whole)


def test_the_ground_is_read_in_strips_of_its_map():
    ground = np.zeros((1, 65, 87), np.float32)
    ground[0, 32:, 20:40] = 0.75
    found = list(
        Surfaces(Surfaces.variants[0]).postprocess((ground,), np.zeros(IMAGE_SIZE, np.uint8), 0.5)
    )
    assert len(found) == 8
    assert {each.class_name for each in found} == {'ground'}
    assert all(each.box.x_min == pytest.approx(20 * 640 / 87) for each in found)
