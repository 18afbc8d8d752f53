# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The quality of service of images."""

from rclpy.qos import QoSProfile, ReliabilityPolicy


def newest_only() -> QoSProfile:
    """Return that of who wants the newest frame alone, and of cameras: best effort, depth 1.

    A new one each time, as rclpy writes what parameters override into it.
    """
    return QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
