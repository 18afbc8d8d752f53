# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ROS image messages to BGR arrays, by cv_bridge where it works and by numpy views elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.workload.errors import BadInputError

Pixels = NDArray[np.uint8]


class ImageError(BadInputError):
    """An image message that cannot be turned into pixels; the text names the field."""


@dataclass(frozen=True)
class _Encoding:
    channels: int
    #: OpenCV code that leads to BGR, None where the pixels are BGR already.
    to_bgr: int | None


#: Bytes have no order, so is_bigendian means nothing to these encodings. Those of 16 and 32 bits,
#: where it would, are refused.
_ENCODINGS = {
    'bgr8': _Encoding(3, None),
    'rgb8': _Encoding(3, cv2.COLOR_RGB2BGR),
    'bgra8': _Encoding(4, cv2.COLOR_BGRA2BGR),
    'rgba8': _Encoding(4, cv2.COLOR_RGBA2BGR),
    'mono8': _Encoding(1, cv2.COLOR_GRAY2BGR),
    'yuv422': _Encoding(2, cv2.COLOR_YUV2BGR_UYVY),
    'uyvy': _Encoding(2, cv2.COLOR_YUV2BGR_UYVY),
    'yuv422_yuy2': _Encoding(2, cv2.COLOR_YUV2BGR_YUY2),
    'yuyv': _Encoding(2, cv2.COLOR_YUV2BGR_YUY2),
}

_JPEG_START, _JPEG_END = b'\xff\xd8', b'\xff\xd9'
_PNG_START, _PNG_END = b'\x89PNG\r\n\x1a\n', b'IEND\xaeB`\x82'
#: Some drivers pad a JPEG; its end is looked for in this many last bytes.
_TAIL_BYTES = 64


def pixels_of(message: Image) -> Pixels:
    """Return a raw image as BGR uint8 (H, W, 3); shares memory with the message where it can.

    Raises ImageError for an unknown encoding and for a size, step and data that disagree.
    """
    encoding = _checked_encoding(message)
    if _CV_BRIDGE is not None and _suits_cv_bridge(message, encoding):
        return _CV_BRIDGE(message)
    return _by_views(message, encoding)


def decompressed(message: CompressedImage) -> Pixels:
    """Return a JPEG or PNG image as BGR uint8 (H, W, 3).

    Raises ImageError for another format and for data that is cut off or broken. OpenCV would fill
    the missing part of a cut JPEG with grey and say nothing, so the end mark is looked for first.
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
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ImageError(f'format {message.format!r}: {len(data)} bytes that do not decode')
    return np.asarray(image, np.uint8)


def _checked_encoding(message: Image) -> _Encoding:
    encoding = _ENCODINGS.get(message.encoding)
    if encoding is None:
        known = ', '.join(_ENCODINGS)
        raise ImageError(f'encoding {message.encoding!r} is not supported; supported: {known}')
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


def _suits_cv_bridge(message: Image, encoding: _Encoding) -> bool:
    """Return whether to leave a message to cv_bridge (3.2.1 and 3.4.0 behave alike here).

    It knows only the old names of the YUV encodings, and it counts a row in whole pixels: where the
    step is no multiple of them, rows run into each other without an error. BGR it merely copies.
    """
    known = message.encoding not in ('uyvy', 'yuyv')
    return known and message.step % encoding.channels == 0 and encoding.to_bgr is not None


def _by_views(message: Image, encoding: _Encoding) -> Pixels:
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    shape = (message.height, message.width, encoding.channels)
    pixels = rows[:, : message.width * encoding.channels].reshape(shape)
    if encoding.to_bgr is None:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, encoding.to_bgr), np.uint8)


def _find_cv_bridge() -> Callable[[Image], Pixels] | None:
    """Return cv_bridge's conversion to BGR, None where it is missing or does not work.

    Its extension is built against numpy 1 and breaks under numpy 2 (ros-perception/vision_opencv
    #535), so it is not even imported there.
    """
    if int(np.__version__.partition('.')[0]) >= 2:
        return None
    try:
        from cv_bridge import CvBridge

        bridge: Any = CvBridge()

        def convert(message: Image) -> Pixels:
            return np.asarray(bridge.imgmsg_to_cv2(message, 'bgr8'), np.uint8)

        probe = Image(height=1, width=1, encoding='rgb8', step=3, data=b'\x01\x02\x03')
        return convert if convert(probe).tolist() == [[[3, 2, 1]]] else None
    except Exception:  # a broken installation raises whatever its loader raises
        return None


_CV_BRIDGE = _find_cv_bridge()
