# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Runs networks: exported once, cached, and executed by ONNX Runtime on the CPU."""
