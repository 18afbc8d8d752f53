# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where Humble and Jazzy differ: nothing else in the node asks which one it runs on."""

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble; Jazzy has the old name too, but warns of it
    from rclpy.qos_event import SubscriptionEventCallbacks

try:
    from vision_msgs.msg import (
        Detection2D,
        Detection2DArray,
        ObjectHypothesisWithPose,
    )
except ImportError:  # not installed: the node does without
    Detection2D = Detection2DArray = ObjectHypothesisWithPose = None

__all__ = [
    'Detection2D', 'Detection2DArray', 'ObjectHypothesisWithPose', 'SubscriptionEventCallbacks'
]  # fmt: skip
