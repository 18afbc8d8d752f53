# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where commands write to and read from, tried before hours of work depend on it."""

import tempfile
from pathlib import Path

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.workload.text_file import check_writable


def make_folder(option: str, folder: Path) -> None:
    """Make the folder of an option and see that a file can be written; raises DataError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        problem = f'{option} cannot be written to ({error.strerror})'
        raise DataError(folder, problem, 'give another folder, or rights or room') from error


def make_folder_of(option: str, file: Path) -> None:
    """Make the folder of a file that is to be written and see that it can be; raises DataError."""
    try:
        check_writable(file)
    except OSError as error:
        problem = f'{option} cannot be written ({error.strerror})'
        raise DataError(file, problem, 'give another file') from error


def check_name(option: str, path: Path) -> None:
    """Raise DataError for a path that the system cannot even look for, as one that is too long."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # told by who reads it, with what was looked for
    except OSError as error:
        problem = f'{option} cannot be read ({error.strerror})'
        raise DataError(path, problem, 'correct the path, or make it readable') from error
