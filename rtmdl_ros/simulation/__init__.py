# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The scheduler's core in virtual time: what would become of these tasks?"""
