# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The letterbox: exact pixels, exact scales, and boxes that come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtmdl_ros.networks.letterbox import GREY, Letterbox, box_to_image
from rtmdl_ros.workload.detection import Box


def test_image_of_the_input_size_is_copied() -> None:
    """No resampling where none is needed."""
    image = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    out, scale = Letterbox(4, 6).apply(image)
    assert scale == 1.0
    np.testing.assert_array_equal(out, image)
    assert out is not image


@pytest.mark.parametrize(
    ('size', 'scale', 'inner'),
    [
        ((480, 640), 0.65, (312, 416)),
        ((720, 1280), 0.325, (234, 416)),
        ((416, 416), 320 / 416, (320, 320)),
        # 415.99 columns in floating point.
        ((1080, 1440), 416 / 1440, (312, 416)),
        ((1, 1), 320.0, (320, 320)),
    ],
)
def test_image_goes_to_the_top_left(
    size: tuple[int, int], scale: float, inner: tuple[int, int]
) -> None:
    """A white image fills exactly its part; all the rest is grey."""
    out, found = Letterbox(320, 416).apply(np.full((*size, 3), 255, np.uint8))
    assert found == pytest.approx(scale)
    assert out.shape == (320, 416, 3) and out.dtype == np.uint8
    assert (out[: inner[0], : inner[1]] == 255).all()
    assert (out[inner[0] :] == GREY).all()
    assert (out[: inner[0], inner[1] :] == GREY).all()


def test_halving_averages_pixels() -> None:
    """Shrinking does not skip pixels: a chessboard becomes grey."""
    board = (np.indices((8, 8)).sum(axis=0) % 2 * 200).astype(np.uint8)
    out, scale = Letterbox(4, 4).apply(np.repeat(board[..., None], 3, axis=2))
    assert scale == 0.5
    assert (out == 100).all()


def test_all_pixels_count_however_much_an_image_shrinks() -> None:
    """A quarter of the size is reached by halves: one bright column in four is seen as grey."""
    image = np.zeros((16, 16, 3), np.uint8)
    image[:, ::4] = 200
    assert (Letterbox(4, 4).apply(image)[0] == 50).all()


def test_empty_image_is_refused() -> None:
    """Without pixels there is nothing to scale."""
    with pytest.raises(ValueError, match='5x0'):
        Letterbox(8, 8).apply(np.zeros((0, 5, 3), np.uint8))


def test_box_is_clipped_to_the_image() -> None:
    """Boxes may reach over the input's edge; detections may not."""
    box = box_to_image(Box(-5.0, 10.0, 400.0, 260.0), 0.5, 480, 640)
    assert box == Box(0.0, 20.0, 640.0, 480.0)


@given(
    st.integers(1, 2000), st.integers(1, 2000), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)
)
def test_boxes_come_back(height: int, width: int, x: float, y: float, size: float) -> None:
    """Image to input to image is the identity, for every size of image."""
    scale = Letterbox(320, 416).scale(height, width)
    box = Box(x * width * (1 - size), y * height * (1 - size), x * width, y * height)
    scaled = Box(box.x_min * scale, box.y_min * scale, box.x_max * scale, box.y_max * scale)
    assert scaled.x_max <= 416 + 1e-6 and scaled.y_max <= 320 + 1e-6
    back = box_to_image(scaled, scale, height, width)
    for edge in ('x_min', 'y_min', 'x_max', 'y_max'):
        assert getattr(back, edge) == pytest.approx(getattr(box, edge), rel=1e-9, abs=1e-9)
