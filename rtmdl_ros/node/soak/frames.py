# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Frames that cameras of the soak publish: right ones, broken ones, ones that demand something."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from rtmdl_ros.node.image_messages import jpeg_image, raw_image
from rtmdl_ros.node.soak.on_demand import MARK, FrameDemand

HEIGHT, WIDTH = 480, 640
_FRAME_ID = 'camera_optical_frame'
_JPEG_QUALITY = 95


def picture() -> NDArray[np.uint8]:
    """Return a smooth picture, BGR (HEIGHT, WIDTH, 3), that demands nothing."""
    coarse = np.random.default_rng(1).integers(60, 200, (6, 8, 3), np.uint8)
    smooth = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, np.uint8)


def raw(pixels: NDArray[np.uint8]) -> Image:
    """Return BGR pixels as a message without a stamp."""
    return raw_image(pixels, Header(frame_id=_FRAME_ID))


def compressed(pixels: NDArray[np.uint8]) -> CompressedImage:
    """Return BGR pixels as a JPEG message without a stamp."""
    return jpeg_image(pixels, Header(frame_id=_FRAME_ID), _JPEG_QUALITY)


def demanding(demand: FrameDemand, seconds: float = 0.0) -> Image:
    """Return a frame that makes tasks of OnDemand do something, for up to 25.5 s."""
    pixels = picture()
    pixels[0, 0] = MARK, demand.value, round(10 * seconds)
    return raw(pixels)


def broken_raw(rng: Random) -> tuple[str, Image]:
    """Return how a raw frame is broken, and it."""
    name = rng.choice(sorted(_BROKEN_FIELDS))
    message = raw(picture())
    for field, value in _BROKEN_FIELDS[name].items():
        setattr(message, field, value)
    if name in _BROKEN_LENGTHS:
        del message.data[_BROKEN_LENGTHS[name](rng, len(message.data)) :]
    return name, message


def broken_jpeg(rng: Random) -> tuple[str, CompressedImage]:
    """Return how a compressed frame is broken, and it."""
    name = rng.choice(sorted(_BROKEN_JPEGS))
    message = compressed(picture())
    message.data = array('B', _BROKEN_JPEGS[name](rng, message.data.tobytes()))
    return name, message


def _flipped(rng: Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(40):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


_MOST = 2**32 - 1
_BROKEN_FIELDS: Mapping[str, Mapping[str, Any]] = {
    'wrong encoding': {'encoding': 'bayer_gbrg8'},
    'no encoding': {'encoding': ''},
    'step too short': {'step': 100},
    'step of gigabytes': {'step': _MOST},
    'size 0': {'width': 0, 'height': 0},
    'size of gigabytes': {'width': _MOST, 'height': _MOST},
    'one row too many': {'height': HEIGHT + 1},
    'data cut': {},
    'no data': {},
}
_BROKEN_LENGTHS: Mapping[str, Callable[[Random, int], int]] = {
    'data cut': lambda rng, length: rng.randrange(1, length),
    'no data': lambda rng, length: 0,
}
_BROKEN_JPEGS: Mapping[str, Callable[[Random, bytes], bytes]] = {
    'cut': lambda rng, data: data[: rng.randrange(1, len(data))],
    'bytes changed': _flipped,
    'empty': lambda rng, data: b'',
    'no image': lambda rng, data: rng.randbytes(1000),
    'claims 65535x65535': lambda rng, data: _resized(data),
}


def _resized(data: bytes) -> bytes:
    """Return a JPEG whose header claims the largest size there is."""
    at = data.index(b'\xff\xc0')
    return data[: at + 5] + b'\xff\xff\xff\xff' + data[at + 9 :]
