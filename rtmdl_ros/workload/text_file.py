# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rtmdl_ros.workload.errors import one_line


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that nobody ever reads a part of it; makes its folder.

    Raises OSError where that cannot be, with nothing left behind.
    """
    with replacing(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield where to write a file that then takes its place in one step; makes its folder.

    Whoever else writes the same has another one. Raises OSError where that cannot be, naming the
    file, with nothing left behind; nor is there where anything else is raised.
    """
    target = _target(path)
    # It ends as the file does, for those who tell the format from the name.
    partial = target.with_name(f'{target.stem}.{secrets.token_hex(4)}.partial{target.suffix}')
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.replace(partial, target)
    except OSError as error:
        # Writing names none, and the partial file is nobody's concern.
        raise error_of(path, error) from error
    finally:
        with suppress(OSError):
            partial.unlink()


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written before minutes are spent on what is to be in it.

    Makes its folder. Raises OSError.
    """
    target = _target(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, 'its folder is write-protected', str(path))


def error_of(path: Path, error: Exception) -> OSError:
    """Return why a file cannot be written as an error that names that file and no other."""
    if isinstance(error, OSError) and error.errno is not None:
        return OSError(error.errno, error.strerror, str(path))
    return OSError(errno.EIO, one_line(error), str(path))


def unwritten(error: OSError, path: Path | None = None) -> str:
    """Return in a line that a file cannot be written, why, and what helps.

    Without `path` it is the one that the error names; one with a text of its own is told by that.
    """
    place = path or error.filename
    if place is None or not error.strerror:
        return one_line(error)
    return f'{place}: cannot be written ({error.strerror}); give another place, or rights or room'


def _target(path: Path) -> Path:
    """Return the file that a path leads to, through links.

    Raises OSError for a folder, and for a device or a pipe: those would be replaced by a file.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, 'it is a folder', str(path))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, 'it is a device or a pipe, no file', str(path))
    return target
