# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Short names for what depends on much."""

import hashlib

#: Hexadecimal digits of a checksum that are kept.
KEY_DIGITS = 12


def short_key(text: str) -> str:
    """Return KEY_DIGITS hexadecimal digits that change with a text, the same in every process."""
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_DIGITS]
