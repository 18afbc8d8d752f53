# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Picture files: written, read, turned, and told from what is none."""

import os
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from rtmdl_ros.perception.images import decompressed
from rtmdl_ros.perception.picture_file import (
    decoded_picture,
    is_nameable,
    read_picture,
    write_picture,
)

UPRIGHT = np.zeros((40, 80, 3), np.uint8)
#: Says in EXIF data that the picture is to be turned by 90 degrees: orientation 6.
TURNED = (
    b'\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08'
    b'\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00'
)


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / 'new' / os.fsdecode(b'stra\xdfe.png')
    image = np.random.default_rng(1).integers(0, 255, (7, 9, 3), np.uint8)
    write_picture(path, image)
    assert np.array_equal(read_picture(path), image)
    assert not is_nameable(path)
    assert is_nameable(tmp_path / 'straße.png')


def test_pictures_are_turned_as_they_say():
    content = cv2.imencode('.jpg', UPRIGHT)[1].tobytes()
    turned = content[:2] + TURNED + content[2:]
    assert decoded_picture(content).shape == (40, 80, 3)
    assert decoded_picture(turned).shape == (80, 40, 3)
    # Those of a camera are not: boxes are in pixels as they came.
    assert decompressed(SimpleNamespace(format='jpeg', data=turned)).shape == (40, 80, 3)


def test_what_is_no_picture_is_none():
    assert decoded_picture(b'') is None
    assert decoded_picture(b'\x89PNG\r\n\x1a\n') is None


def test_what_cannot_be_read_or_written_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no\.png'):
        read_picture(tmp_path / 'no.png')
    with pytest.raises(OSError, match=r'sheet\.doc'):
        write_picture(tmp_path / 'sheet.doc', UPRIGHT)
    (tmp_path / 'file').touch()
    with pytest.raises(OSError, match=r'file/sheet\.png'):
        write_picture(tmp_path / 'file' / 'sheet.png', UPRIGHT)
