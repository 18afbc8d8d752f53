# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What images a camera gives."""

import pytest

from rtmdl_ros.workload.image_kind import USUAL_IMAGES, ImageKind, costliest


def test_in_words():
    assert str(USUAL_IMAGES) == '640x480 raw'
    assert str(ImageKind(1280, 720, compressed=True)) == '1280x720 compressed'


@pytest.mark.parametrize(
    ('kinds', 'costs_most'),
    [
        ([ImageKind(640, 480), ImageKind(1280, 720), ImageKind(800, 600)], 1),
        ([ImageKind(640, 480), ImageKind(640, 480, compressed=True)], 1),
        ([ImageKind(1920, 1080), ImageKind(320, 240, compressed=True)], 0),
    ],
)
def test_which_takes_longest(kinds, costs_most):
    assert costliest(kinds) is kinds[costs_most]
