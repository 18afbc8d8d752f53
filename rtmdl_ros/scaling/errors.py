# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong with training data."""

from pathlib import Path


class DataError(Exception):
    """Training or test data that is missing or not as expected."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        """Say in one line which file is at fault and what to do."""
        super().__init__(f'{path}: {problem}; {remedy}')
