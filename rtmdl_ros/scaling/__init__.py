# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Storage-bounded model scaling: data sets, training and evaluation of the shipped networks."""
