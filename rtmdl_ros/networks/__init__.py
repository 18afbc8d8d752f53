# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Scalable networks (one detector, one classifier), their zoo file, decoding and ONNX export.

`letterbox`, `decode` and `zoo` work without torch, because the node imports them.
"""
