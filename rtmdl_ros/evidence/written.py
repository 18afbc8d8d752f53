# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a run leaves: file after file, so that one that fails costs none of the others."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.workload.text_file import unwritten


class Written:
    """Files that were written, and why others were not."""

    def __init__(self, *errors: type[Exception]) -> None:
        """Begin with none; `errors` are what writing fails by beside EvidenceError and OSError."""
        self._errors: tuple[type[Exception], ...] = (EvidenceError, OSError, *errors)
        self.files: list[Path] = []
        #: One line for each file that is missing.
        self.problems: list[str] = []

    @contextmanager
    def writing(self, path: Path) -> Iterator[None]:
        """Take down that the file is written, or why it cannot be, and go on."""
        try:
            yield
        except self._errors as error:
            self.problems.append(_told(path, error))
        else:
            self.files.append(path)


def tell(console: Console, lines: Iterable[str]) -> None:
    """Print lines as they are, however long."""
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def tell_written(console: Console, command: str, written: Written) -> int:
    """Tell what a command of rtmdl has written, and on stderr why not all; 1 then, else 0."""
    if written.files:
        tell(console, ('written:', *(f'  {path}' for path in written.files)))
    for problem in written.problems:
        print(f'rtmdl {command}: {problem}', file=sys.stderr)
    return 1 if written.problems else 0


def _told(path: Path, error: Exception) -> str:
    return unwritten(error, path) if isinstance(error, OSError) else str(error)
