# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Boxes go where the pixels go."""

from dataclasses import replace

import numpy as np
import pytest

from rtmdl_ros.scaling.frame_augmentation import Scene, blank, finish, mirror, mosaic, place, turn
from rtmdl_ros.scaling.frame_augmentation import random_view as view
from rtmdl_ros.scaling.pasting import Cutting, paste


def scene_with(box: tuple[int, int, int, int], height: int = 60, width: int = 80) -> Scene:
    """Return a black scene with one white object."""
    image = np.zeros((height, width, 3), np.uint8)
    image[box[1] : box[3], box[0] : box[2]] = 255
    return Scene(
        image,
        np.array([box], np.float32),
        np.array([1]),
        np.array([(0, 0, 4, 4, 0)], np.float32),
    )


def white_box(image: np.ndarray) -> list[int]:
    """Return the bounds of the pixels brighter than half."""
    rows, columns = np.nonzero(image[..., 0] > 127)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_mirror_moves_boxes_and_regions() -> None:
    """Left is right, and twice is nothing."""
    scene = mirror(scene_with((10, 20, 30, 50)))
    assert scene.boxes.tolist() == [[50, 20, 70, 50]] == [white_box(scene.image)]
    assert scene.regions.tolist() == [[76, 0, 80, 4, 0]]
    assert mirror(scene).boxes.tolist() == [[10, 20, 30, 50]]


def test_turn_moves_boxes_and_regions() -> None:
    """Up becomes left; four turns are nothing."""
    scene = turn(scene_with((10, 20, 30, 50)))
    assert scene.image.shape == (80, 60, 3)
    assert scene.boxes.tolist() == [[20, 50, 50, 70]] == [white_box(scene.image)]
    assert scene.regions.tolist() == [[0, 76, 4, 80, 0]]
    assert turn(turn(turn(scene))).boxes.tolist() == [[10, 20, 30, 50]]


def test_place_moves_boxes_with_pixels() -> None:
    """Scaled by two, shifted by (-10, 4)."""
    placed = place(
        blank(128, 160), scene_with((10, 20, 30, 50)), (0, 0, 160, 128), (2, 2), (-10, 4)
    )
    assert placed.boxes.tolist() == [[10, 44, 50, 104]] == [white_box(placed.image)]
    assert len(placed.regions) == 0, 'the one is outside'
    beside = place(placed, scene_with((10, 20, 30, 50)), (80, 0, 160, 60), (1, 1), (80, 0))
    assert beside.boxes.tolist() == [[10, 44, 50, 104], [90, 20, 110, 50]]
    assert beside.regions.tolist() == [[80, 0, 84, 4, 0]]
    with_both = place(beside, scene_with((10, 20, 30, 50)), (0, 64, 80, 124), (1, 1), (0, 64))
    assert with_both.regions.tolist() == [[80, 0, 84, 4, 0], [0, 64, 4, 68, 0]], 'those of both'


def test_cut_off_object_becomes_a_region() -> None:
    """A quarter left: neither reward nor punishment."""
    placed = place(
        blank(60, 80), scene_with((10, 20, 30, 50)), (0, 0, 80, 60), (1.0, 1.0), (-25.0, 0.0)
    )
    assert len(placed.boxes) == 0
    assert placed.regions[-1].tolist() == [0, 20, 5, 50, 0]


@pytest.mark.parametrize('seed', range(8))
def test_views_keep_boxes_on_objects(seed: int) -> None:
    """Of single views and of mosaics, to two pixels."""
    rng = np.random.default_rng(seed)
    scene = scene_with((30, 20, 50, 45))
    for made in (
        view(scene, 96, 128, (0.6, 1.5), rng),
        mosaic([scene, *[blank(60, 80)] * 3], 96, 128, (0.6, 1.2), rng),
    ):
        assert made.image.shape == (96, 128, 3)
        if len(made.boxes):
            np.testing.assert_allclose(made.boxes[0], white_box(made.image), atol=2)


def test_paste_adds_one_box() -> None:
    """At a free place, the asked size, opaque pixels as in the cutting."""
    cutting = Cutting(np.full((20, 10, 3), 200, np.uint8), np.ones((20, 10), np.float32), 0)
    scene = paste(scene_with((10, 20, 30, 50)), cutting, 16, np.random.default_rng(0), spread=0.0)
    assert scene.labels.tolist() == [1, 0]
    x0, y0, x1, y1 = (int(edge) for edge in scene.boxes[1])
    assert (x1 - x0, y1 - y0) == (8, 16)
    assert (scene.image[y0:y1, x0:x1] > 80).all()
    np.testing.assert_allclose(
        scene.regions[0], [x0 - 3.2, y0 - 6.4, x1 + 3.2, y1 + 6.4, 1], rtol=1e-6
    )


def test_paste_leaves_what_is_ignored_beside_it_as_it_is() -> None:
    """It counts on ground where nothing does, and an ignored object near it stays ignored."""
    cutting = Cutting(np.full((20, 10, 3), 200, np.uint8), np.ones((20, 10), np.float32), 0)
    ground, ignored = (0, 0, 80, 60, 0), (0, 0, 50, 60, 0)
    scene = replace(blank(60, 80), regions=np.array([ground, ignored], np.float32))
    pasted = paste(scene, cutting, 40, np.random.default_rng(1), spread=0.0)
    assert pasted.boxes.tolist() == [[45, 19, 65, 59]]
    np.testing.assert_allclose(pasted.regions, [ground, [37, 3, 73, 75, 1], ignored])


def test_paste_without_room_changes_nothing() -> None:
    """An object that covers the scene leaves no free place."""
    cutting = Cutting(np.full((20, 10, 3), 200, np.uint8), np.ones((20, 10), np.float32), 0)
    scene = scene_with((0, 0, 80, 60))
    assert paste(scene, cutting, 16, np.random.default_rng(0)) is scene


def test_same_chance_same_pixels() -> None:
    """Light, blur, noise and compression come from the generator alone."""
    scene = scene_with((10, 20, 30, 50))
    for seed in range(6):
        first = finish(scene, np.random.default_rng(seed)).image
        np.testing.assert_array_equal(first, finish(scene, np.random.default_rng(seed)).image)
