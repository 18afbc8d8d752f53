# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What all figures have in common. Needs matplotlib: for tools, not for the node."""
