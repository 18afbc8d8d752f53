# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The drawn signs: complete, distinct, in the colours of their family."""

import numpy as np
import pytest

from rtmdl_ros.rendering.picture import RenderingError
from rtmdl_ros.rendering.signs import SIGN_CLASSES, sign_family, sign_template
from rtmdl_ros.workload.classes import TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS

#: The families of GTSDB by class id (Houben et al., IJCNN 2013); all the rest is "other".
PROHIBITORY = (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16)
DANGER = (11, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31)
MANDATORY = (33, 34, 35, 36, 37, 38, 39, 40)


def shares(template: np.ndarray) -> tuple[float, float, float, float]:
    """Return the shares of red, blue, white and black among the plate's pixels."""
    blue, green, red = (v.astype(int) for v in template[template[:, :, 3] > 127][:, :3].T)
    return (
        float(np.mean((red > 150) & (green < 90) & (blue < 90))),
        float(np.mean((blue > 120) & (red < 80))),
        float(np.mean((blue > 200) & (green > 200) & (red > 200))),
        float(np.mean((blue < 60) & (green < 60) & (red < 60))),
    )


def test_41_gtsrb_classes_in_their_order():
    assert len(SIGN_CLASSES) == 41
    missing = [name for name in TRAFFIC_SIGNS if name not in SIGN_CLASSES]
    assert missing == ['slippery_road', 'wild_animals']
    assert list(SIGN_CLASSES) == [name for name in TRAFFIC_SIGNS if name in SIGN_CLASSES]


def test_families_are_those_of_gtsdb():
    ids_of_families = (PROHIBITORY, DANGER, MANDATORY)
    for index, name in enumerate(TRAFFIC_SIGNS):
        expected = 'other'
        for family, ids in zip(TRAFFIC_SIGN_FAMILIES, ids_of_families, strict=False):
            if index in ids:
                expected = family
        assert sign_family(name) == expected, name


@pytest.mark.parametrize('name', SIGN_CLASSES)
def test_template_fills_its_square_with_the_colours_of_the_family(name):
    template = sign_template(name, 128)
    assert template.shape == (128, 128, 4)
    assert template.dtype == np.uint8
    columns = np.flatnonzero((template[:, :, 3] > 127).any(axis=0))
    assert columns[0] <= 1
    assert columns[-1] >= 126
    red, blue, white, black = shares(template)
    family = sign_family(name)
    if family in ('prohibitory', 'danger'):
        assert red > 0.25
        assert white > 0.25
    elif family == 'mandatory':
        assert blue > 0.5
        assert white > 0.15
    if name.startswith('speed_limit'):
        assert 0.08 < black < 0.25
    if name in ('stop', 'no_entry'):
        assert red > 0.55


def test_templates_differ_from_each_other():
    pictures = {name: sign_template(name, 32).astype(int) for name in SIGN_CLASSES}
    for first in SIGN_CLASSES:
        for second in SIGN_CLASSES:
            if first < second:
                difference = np.abs(pictures[first] - pictures[second]).mean()
                assert difference > 1.5, (first, second)


def test_template_is_one_shared_read_only_picture():
    template = sign_template('stop', 40)
    assert sign_template('stop', 40) is template
    with pytest.raises(ValueError, match='read-only'):
        template[0, 0] = 0


@pytest.mark.parametrize(
    ('name', 'size', 'message'),
    [
        ('wild_animals', 32, "sign class 'wild_animals': give one of SIGN_CLASSES"),
        ('stop', 7, 'sign size 7: give a number of pixels from 8 to 512'),
        ('stop', 513, 'sign size 513: give a number of pixels from 8 to 512'),
    ],
)
def test_wrong_class_or_size_is_refused(name, size, message):
    with pytest.raises(RenderingError) as error:
        sign_template(name, size)
    assert str(error.value) == message
