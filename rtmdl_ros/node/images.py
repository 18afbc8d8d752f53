# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ROS image messages to BGR arrays, by cv_bridge where it works and by numpy views elsewhere."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sensor_msgs.msg import Image

from rtmdl_ros.perception.images import Encoding, Pixels, by_views, checked_encoding


def pixels_of(message: Image) -> Pixels:
    """Return a raw image as BGR uint8 (H, W, 3); shares memory with the message where it can.

    Raises ImageError for an unknown encoding and for a size, step and data that disagree.
    """
    encoding = checked_encoding(message)
    if _CV_BRIDGE is not None and _suits_cv_bridge(message, encoding):
        return _CV_BRIDGE(message)
    return by_views(message)


def _suits_cv_bridge(message: Image, encoding: Encoding) -> bool:
    """Return whether to leave a message to cv_bridge (3.2.1 and 3.4.0 behave alike here).

    It knows only the old names of the YUV encodings, and it counts a row in whole pixels: where the
    step is no multiple of them, rows run into each other without an error. BGR it merely copies.
    """
    known = message.encoding not in ('uyvy', 'yuyv')
    return known and message.step % encoding.channels == 0 and encoding.to_bgr is not None


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
