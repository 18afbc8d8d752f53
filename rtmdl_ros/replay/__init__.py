# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Recorded drives through the whole pipeline, but for its transport. Needs no ROS 2."""
