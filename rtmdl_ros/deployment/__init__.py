# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameter files to tasks that are ready to run on this device. Needs no ROS 2."""
