# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The package's own executables."""

import sys
from pathlib import Path

from rtmdl_ros.evidence.errors import EvidenceError


def executable(name: str) -> list[str]:
    """Return the command of an installed executable of this package, in this very Python.

    Raises EvidenceError where the workspace is not built or not sourced.
    """
    from ament_index_python.packages import PackageNotFoundError, get_package_prefix

    try:
        prefix = Path(get_package_prefix('rtmdl_ros'))
    except PackageNotFoundError as error:
        raise EvidenceError(
            'the workspace is not sourced; use "make run", or ". ./env.sh"'
        ) from error
    return [sys.executable, str(prefix / 'lib' / 'rtmdl_ros' / name)]
