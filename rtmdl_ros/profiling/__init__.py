# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long stages take on this device, and how much they slow each other down."""
