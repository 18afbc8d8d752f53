# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with showing a run, told to its user in one line."""


class EvidenceError(RuntimeError):
    """A picture or a file of figures cannot be written; the text names it and says why."""
