# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Experiments and benchmarks: what the README's figures come from."""
