# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The soak: the node for a long time under random faults, with its books checked."""
