# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What teams do today, to compare with: a node whose callbacks infer (see rtmdl_ros.bench)."""
