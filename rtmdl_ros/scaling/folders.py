# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where commands read from and write to, tried before hours of work depend on it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.workload.places import try_folder


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


@contextmanager
def tried(option: str, folder: Path) -> Iterator[None]:
    """Make the folder of an option for what follows, and remove it after that if it is empty.

    Raises PlaceError where nothing can be written to it.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        try_folder(option, folder)
        yield
    finally:
        with suppress(OSError):  # what is not empty stays
            for each in made:
                each.rmdir()
