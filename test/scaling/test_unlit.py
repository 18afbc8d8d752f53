# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Lights switched off in pictures."""

import numpy as np
import pytest

from rtmdl_ros.scaling.frame_augmentation import Scene
from rtmdl_ros.scaling.unlit import all_switched_off, switched_off


def housing(lit: int) -> np.ndarray:
    """Return a dark housing, 60 x 24 pixels, with one bright third."""
    image = np.full((60, 24, 3), 20, np.uint8)
    image[20 * lit + 3 : 20 * lit + 17] = 230
    return image


@pytest.mark.parametrize(('state', 'lit'), [('red', 0), ('yellow', 1), ('green', 2)])
def test_the_lit_lamp_goes_dark(state: str, lit: int) -> None:
    """The place of each state's lamp."""
    dark = switched_off(housing(lit), state)
    assert dark is not None and dark.shape == (60, 24, 3)
    assert dark.max() <= 21


@pytest.mark.parametrize(
    ('shape', 'state'), [((60, 24), 'off'), ((60, 40), 'red'), ((60, 10), 'red'), ((24, 60), 'red')]
)
def test_other_forms_and_states_stay(shape: tuple[int, int], state: str) -> None:
    """A lying housing, one of a single lamp, a dark one."""
    assert switched_off(np.zeros((*shape, 3), np.uint8), state) is None


def test_labels_follow() -> None:
    """The light that can be is off, the other one stays; the scene itself is not changed."""
    image = np.full((80, 80, 3), 90, np.uint8)
    image[10:70, 5:29] = housing(0)
    boxes = np.array([(5, 10, 29, 70), (40, 10, 70, 40)], np.float32)
    scene = Scene(image, boxes, np.array([0, 2]), np.zeros((0, 5), np.float32))
    dark = all_switched_off(scene)
    assert dark.labels.tolist() == [3, 2] and scene.labels.tolist() == [0, 2]
    assert dark.image[10:70, 5:29].max() <= 21 and image.max() == 230
    assert (dark.image[:, 30:] == 90).all()
