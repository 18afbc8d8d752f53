# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step, so that nobody ever reads a part of it; makes its folder.

    Raises OSError where that cannot be, with nothing left behind.
    """
    if path.is_dir():
        raise _folder(path)
    partial = path.with_name(f'{path.name}.{os.getpid()}.partial')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        # Writing names none, and the partial file is nobody's concern.
        error.filename, error.filename2 = str(path), None
        raise


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written before minutes are spent on what is to be in it.

    Makes its folder. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise _folder(path)
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(errno.EACCES, 'its folder is write-protected', str(path))


def _folder(path: Path) -> OSError:
    return IsADirectoryError(errno.EISDIR, 'it is a folder', str(path))
