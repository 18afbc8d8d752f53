# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Image messages of any content are turned into pixels of their size or refused in one line."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import FUZZ, damaged, only_documented

from rtmdl_ros.perception.images import ImageError, by_views, decompressed

PIXELS = cv2.resize(np.uint8([[[10, 60, 200], [200, 90, 30]]]), (24, 16))
FILES = {kind: cv2.imencode(f'.{kind}', PIXELS)[1].tobytes() for kind in ('jpg', 'png')}
ENCODINGS = ('bgr8', 'rgb8', 'bgra8', 'rgba8', 'mono8', 'yuv422', 'uyvy', 'yuyv', 'yuv422_yuy2')
#: Near each other, so that sizes often agree, and the largest that a message can hold.
sizes = st.one_of(st.integers(0, 12), st.sampled_from([2**31 - 1, 2**32 - 1]))


@FUZZ
@given(
    encoding=st.one_of(st.sampled_from(ENCODINGS), st.text(max_size=8)),
    height=sizes, width=sizes, step=sizes, extra=st.integers(-3, 3), exact=st.booleans(),
)  # fmt: skip
def test_raw_images(encoding, height, width, step, extra, exact):
    length = min(height * step, 4096)
    data = bytes(length if exact else max(0, length + extra))
    message = SimpleNamespace(encoding=encoding, height=height, width=width, step=step, data=data)
    pixels = only_documented(lambda: by_views(message), ImageError)
    if pixels is not None:
        assert pixels.shape == (height, width, 3) and pixels.dtype == np.uint8


@pytest.mark.parametrize('kind', sorted(FILES))
@FUZZ
@given(data=st.data())
def test_compressed_images(kind, data):
    message = SimpleNamespace(format=kind, data=data.draw(damaged(FILES[kind])))
    pixels = only_documented(lambda: decompressed(message), ImageError)
    if pixels is not None:
        assert pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8


@FUZZ
@given(start=st.sampled_from([b'\xff\xd8', b'\x89PNG\r\n\x1a\n', b'']), data=st.binary())
def test_bytes_that_are_no_image(start, data):
    message = SimpleNamespace(format='two\nlines', data=start + data)
    only_documented(lambda: decompressed(message), ImageError)
