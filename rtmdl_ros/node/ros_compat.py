# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where Humble and Jazzy differ: nothing else in the node asks which one it runs on."""

try:
    from rclpy.event_handler import SubscriptionEventCallbacks

    #: The variables that let a process see and be seen on this machine alone.
    LOCAL_ONLY = {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
except ImportError:  # Humble; Jazzy has the old names too, but warns of them
    from rclpy.qos_event import SubscriptionEventCallbacks

    LOCAL_ONLY = {'ROS_LOCALHOST_ONLY': '1'}

try:
    from vision_msgs.msg import (
        Detection2D,
        Detection2DArray,
        ObjectHypothesisWithPose,
    )
except ImportError:  # not installed: the node does without
    Detection2D = Detection2DArray = ObjectHypothesisWithPose = None

__all__ = [
    'LOCAL_ONLY',
    'Detection2D',
    'Detection2DArray',
    'ObjectHypothesisWithPose',
    'SubscriptionEventCallbacks',
]
