# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Image messages, of ROS 2 or of a bag, to BGR arrays."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.workload.errors import BadInputError
from rtmdl_ros.workload.image_kind import ImageKind

Pixels = NDArray[np.uint8]


@runtime_checkable
class RawImage(Protocol):
    """What is read of a sensor_msgs/Image, whoever deserialised it."""

    @property
    def height(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def data(self) -> Any: ...


class EncodedImage(Protocol):
    """What is read of a sensor_msgs/CompressedImage, whoever deserialised it."""

    @property
    def format(self) -> str: ...
    @property
    def data(self) -> Any: ...


class ImageError(BadInputError):
    """An image message that cannot be turned into pixels; the text names the field."""


@dataclass(frozen=True)
class Encoding:
    """How the pixels of a raw image lie in its rows."""

    channels: int
    #: OpenCV code that leads to BGR, None where the pixels are BGR already.
    to_bgr: int | None


#: Bytes have no order, so is_bigendian means nothing to these encodings. Those of 16 and 32 bits,
#: where it would, are refused.
_ENCODINGS = {
    'bgr8': Encoding(3, None),
    'rgb8': Encoding(3, cv2.COLOR_RGB2BGR),
    'bgra8': Encoding(4, cv2.COLOR_BGRA2BGR),
    'rgba8': Encoding(4, cv2.COLOR_RGBA2BGR),
    'mono8': Encoding(1, cv2.COLOR_GRAY2BGR),
    'yuv422': Encoding(2, cv2.COLOR_YUV2BGR_UYVY),
    'uyvy': Encoding(2, cv2.COLOR_YUV2BGR_UYVY),
    'yuv422_yuy2': Encoding(2, cv2.COLOR_YUV2BGR_YUY2),
    'yuyv': Encoding(2, cv2.COLOR_YUV2BGR_YUY2),
}

_JPEG_START, _JPEG_END = b'\xff\xd8', b'\xff\xd9'
_PNG_START, _PNG_END = b'\x89PNG\r\n\x1a\n', b'IEND\xaeB`\x82'
#: A few bytes may claim to be an image that takes gigabytes; no camera of a car has more than this.
_MOST_PIXELS = 2**26
#: Segments of a JPEG that say how large it is: all SOF but DHT, JPG and DAC, which lie among them.
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Some drivers pad a JPEG; its end is looked for in this many last bytes.
_TAIL_BYTES = 64


def by_views(message: RawImage) -> Pixels:
    """Return a raw image as BGR uint8 (H, W, 3); shares memory with the message where it can.

    Raises ImageError for an unknown encoding and for a size, step and data that disagree.
    """
    encoding = checked_encoding(message)
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    shape = (message.height, message.width, encoding.channels)
    pixels = rows[:, : message.width * encoding.channels].reshape(shape)
    if encoding.to_bgr is None:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, encoding.to_bgr), np.uint8)


def claimed_kind(message: RawImage | EncodedImage) -> ImageKind:
    """Return what a message says of its image without decoding it; of size 0 where nothing."""
    if isinstance(message, RawImage):
        return ImageKind(message.width, message.height)
    width, height = _declared_size(bytes(message.data))
    return ImageKind(width, height, compressed=True)


def decompressed(message: EncodedImage) -> Pixels:
    """Return a JPEG or PNG image as BGR uint8 (H, W, 3).

    Raises ImageError for another format and for data that is cut off or does not decode. OpenCV
    would fill the missing part of a cut JPEG with grey and say nothing, so the end mark is looked
    for first; a JPEG that is broken in its middle OpenCV does not tell from a sound one.
    """
    data = bytes(message.data)
    tail = data[-_TAIL_BYTES:]
    if data.startswith(_JPEG_START):
        complete = _JPEG_END in tail
    elif data.startswith(_PNG_START):
        complete = _PNG_END in tail
    else:
        raise ImageError(
            f'format {message.format!r}, {len(data)} bytes: neither JPEG nor PNG; '
            'set the image transport of the driver to one of them'
        )
    if not complete:
        raise ImageError(f'format {message.format!r}: the data ends early, after {len(data)} bytes')
    width, height = _declared_size(data)
    if width * height > _MOST_PIXELS:
        raise ImageError(
            f'format {message.format!r}: {len(data)} bytes that claim to be {width}x{height} '
            f'pixels; at most {_MOST_PIXELS} are decoded'
        )
    encoded = np.frombuffer(data, np.uint8)
    # Boxes are in pixels as they came, whatever a JPEG says of how it should be held.
    how = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    image = cv2.imdecode(encoded, how) if width * height else None
    if image is None:
        raise ImageError(f'format {message.format!r}: {len(data)} bytes that do not decode')
    return np.asarray(image, np.uint8)


def checked_encoding(message: RawImage) -> Encoding:
    """Return the encoding of a raw image; raises ImageError where its fields disagree."""
    encoding = _ENCODINGS.get(message.encoding)
    if encoding is None:
        known = ', '.join(_ENCODINGS)
        raise ImageError(
            f'encoding {message.encoding!r} is not supported; have the camera publish one of '
            f'{known}, or put image_proc before the node'
        )
    if message.width == 0 or message.height == 0:
        raise ImageError(f'size is {message.width}x{message.height}')
    if encoding.channels == 2 and message.width % 2:
        raise ImageError(f'width {message.width} is odd, which {message.encoding} cannot be')
    row = message.width * encoding.channels
    if message.step < row:
        raise ImageError(
            f'step is {message.step}; {message.width} pixels of {message.encoding} need {row}'
        )
    needed = message.step * message.height
    if len(message.data) != needed:
        raise ImageError(
            f'data has {len(message.data)} bytes; {message.height} rows of step {message.step} '
            f'are {needed}'
        )
    return encoding


def _declared_size(data: bytes) -> tuple[int, int]:
    """Return the width and height that a PNG or JPEG claims; zeros where it says none."""
    if data.startswith(_PNG_START):
        return int.from_bytes(data[16:20], 'big'), int.from_bytes(data[20:24], 'big')
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], 'big')
        if marker in _JPEG_SIZES:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(width, 'big'), int.from_bytes(height, 'big')
        at += 1 if marker == 0xFF else 2 + length  # 0xFF also fills up
    return 0, 0
