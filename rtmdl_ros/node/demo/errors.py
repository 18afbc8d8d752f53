# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a demo, told to its user in one line."""

from rtmdl_ros.evidence.errors import EvidenceError


class DemoError(EvidenceError):
    """The demo ran and failed; the text says why and where to look."""
