# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 surface: node, simulated camera, demo. The only room that imports rclpy."""
