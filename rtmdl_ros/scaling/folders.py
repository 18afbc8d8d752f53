# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where commands read from, tried before hours of work depend on it."""

from pathlib import Path

from rtmdl_ros.scaling.errors import DataError


def check_name(option: str, path: Path) -> None:
    """Raise DataError for a path that the system cannot even look for, as one that is too long."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # told by who reads it, with what was looked for
    except OSError as error:
        problem = f'{option} cannot be read ({error.strerror})'
        raise DataError(path, problem, 'correct the path, or make it readable') from error


def first_missing(path: Path) -> Path:
    """Return the outermost folder of a path that is not there, or the path itself."""
    return next((each for each in reversed(path.parents) if not each.exists()), path)
