# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The real-time driver of the scheduling core: threads, clock, accounting and trace.

`rtmdl_ros.runtime.runtime.Runtime` is the door. Knows nothing of ROS, networks or images: a
stage is a function that takes the job's payload.
"""
