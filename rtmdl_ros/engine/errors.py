# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a network that is to run."""


class EngineError(RuntimeError):
    """A network that cannot be exported, cut, loaded or run; the text names the file."""


class OutOfMemoryError(EngineError):
    """A network for which the GPU has no memory left; smaller ones may still fit."""
