# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a replay, told to its user in one line."""


class ReplayError(ValueError):
    """A recording or an option that cannot be used; the text names it and the remedy."""


class BagError(ReplayError):
    """A bag that cannot be read; the text names it and the remedy."""
