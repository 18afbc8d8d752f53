# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Runs networks: by ONNX Runtime, exported once and cached, or as CUDA graphs on a GPU."""
