# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random training scenes and crops: reproducible, complete, inside the picture."""

from itertools import combinations

import numpy as np
import pytest

from rtmdl_ros.rendering.crops import random_sign_crop
from rtmdl_ros.rendering.picture import RenderingError
from rtmdl_ros.rendering.scene import random_scene
from rtmdl_ros.rendering.signs import SIGN_CLASSES
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES
from rtmdl_ros.workload.detection import shared_area


def test_scene_depends_on_the_generator_only():
    first = random_scene(np.random.default_rng(4), 160, 120)
    second = random_scene(np.random.default_rng(4), 160, 120)
    assert np.array_equal(first.image, second.image)
    assert (first.lights, first.signs) == (second.lights, second.signs)


def test_scenes_are_varied_and_their_boxes_inside():
    rng = np.random.default_rng(7)
    scenes = [random_scene(rng, 160, 120) for _ in range(150)]
    for scene in scenes:
        assert scene.image.shape == (120, 160, 3)
        for found in scene.lights + scene.signs:
            box = found.box
            assert 0 <= box.x_min < box.x_max <= 160
            assert 0 <= box.y_min < box.y_max <= 120
            assert box.height >= 5
    assert {d.class_name for s in scenes for d in s.lights} == set(TRAFFIC_LIGHT_STATES)
    assert len({d.class_name for s in scenes for d in s.signs}) >= 35
    assert any(not s.lights and not s.signs for s in scenes)
    assert {0, 1, 2} <= {len(s.lights) for s in scenes}


def test_nothing_covers_what_a_picture_is_said_to_show():
    rng = np.random.default_rng(9)
    for _ in range(300):
        scene = random_scene(rng, 160, 120)
        boxes = [found.box for found in scene.lights + scene.signs]
        for one, other in combinations(boxes, 2):
            # The boxes of what was drawn differ a little from those that were free.
            assert shared_area(one, other) <= 0.1 * min(one.area, other.area)


def test_scene_of_wrong_size_is_refused():
    with pytest.raises(RenderingError, match='height 63: give a number of pixels from 64 to 4096'):
        random_scene(np.random.default_rng(0), 160, 63)


def test_crops_of_all_classes():
    for name in SIGN_CLASSES:
        first = random_sign_crop(np.random.default_rng(1), name, 32)
        assert first.shape == (32, 32, 3)
        assert first.dtype == np.uint8
        assert np.array_equal(first, random_sign_crop(np.random.default_rng(1), name, 32))


@pytest.mark.parametrize(
    ('name', 'size', 'message'),
    [
        ('tree', 32, "sign class 'tree': give one of SIGN_CLASSES"),
        ('stop', 4, 'crop size 4: give a number of pixels from 8 to 512'),
    ],
)
def test_wrong_crop_is_refused(name, size, message):
    with pytest.raises(RenderingError) as error:
        random_sign_crop(np.random.default_rng(0), name, size)
    assert str(error.value) == message
