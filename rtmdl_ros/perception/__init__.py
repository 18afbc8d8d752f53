# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a task computes on a frame, as a chain of stages: traffic lights, traffic signs."""
