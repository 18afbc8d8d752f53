# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""BGR arrays to ROS image messages."""

from array import array
from typing import Any

import cv2
from sensor_msgs.msg import CompressedImage, Image

from rtmdl_ros.perception.images import Pixels


def raw_image(pixels: Pixels, header: object) -> Image:
    """Return BGR uint8 (H, W, 3) as a bgr8 image."""
    height, width = pixels.shape[:2]
    message = Image(header=header, height=height, width=width, encoding='bgr8', step=3 * width)
    message.data = _bytes_of(pixels)
    return message


def jpeg_image(pixels: Pixels, header: object, quality: int) -> CompressedImage:
    """Return BGR uint8 (H, W, 3) as a JPEG of a quality from 1 to 100."""
    jpeg = cv2.imencode('.jpg', pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    # The format string is image_transport's: the pixels' encoding and the codec's.
    message = CompressedImage(header=header, format='bgr8; jpeg compressed bgr8')
    message.data = _bytes_of(jpeg)
    return message


def _bytes_of(pixels: Any) -> 'array[int]':
    """Return a numpy array's bytes as the array that a message takes without looking at each."""
    data = array('B')
    data.frombytes(pixels.tobytes())
    return data
