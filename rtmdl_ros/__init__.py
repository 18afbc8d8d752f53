# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Several deep-learning perception tasks on one CPU and one GPU, with deadlines."""
