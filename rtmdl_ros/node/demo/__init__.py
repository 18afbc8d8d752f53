# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl demo`: a camera and the node as two processes, watched, scored and drawn.

Only the listener uses rclpy; what is made of its recording (scores, pictures, files) is plain
functions on records.
"""
