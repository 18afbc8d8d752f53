# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Small scenes that show how the scheduler decides: the figures of docs/scheduling.md."""
