# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Image messages of bags to pixels. What is refused: test/node/test_images.py."""

import cv2
import numpy as np
import pytest
from small_bags import jpeg, pixels, raw

from rtmdl_ros.perception.images import ImageError, by_views, claimed_kind, decompressed
from rtmdl_ros.replay.bag_writer import header_at
from rtmdl_ros.workload.image_kind import ImageKind


def test_raw_pixels_share_memory_with_the_message():
    message = raw(header_at(0), pixels(1))
    assert np.array_equal(by_views(message), pixels(1))
    assert np.shares_memory(by_views(message), message.data)


def test_what_a_message_says_of_its_image():
    height, width, _ = pixels(1).shape
    assert claimed_kind(raw(header_at(0), pixels(1))) == ImageKind(width, height)
    message = jpeg(header_at(0), pixels(1))
    assert claimed_kind(message) == ImageKind(width, height, compressed=True)
    message.data = message.data[:2]
    assert claimed_kind(message) == ImageKind(0, 0, compressed=True)


def test_rows_may_be_padded():
    message = raw(header_at(0), pixels(1))
    rows = np.pad(message.data.reshape(message.height, -1), ((0, 0), (0, 5)))
    message.data, message.step = rows.reshape(-1), rows.shape[1]
    assert np.array_equal(by_views(message), pixels(1))


def test_jpeg_data_of_a_bag():
    message = jpeg(header_at(0), pixels(1))
    assert np.array_equal(decompressed(message), cv2.imdecode(message.data, cv2.IMREAD_COLOR))
    message.data = message.data[:-40]
    with pytest.raises(ImageError, match='the data ends early'):
        decompressed(message)


def test_fields_that_disagree_are_refused_before_memory_is_taken():
    message = raw(header_at(0), pixels(1))
    message.height = 2**32 - 1
    with pytest.raises(ImageError, match='data has 18432 bytes; 4294967295 rows of step 288'):
        by_views(message)
