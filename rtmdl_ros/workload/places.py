# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where options say that results go, tried before minutes are spent on them."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from rtmdl_ros.workload.text_file import check_writable

#: What options have for figures.
_FIGURES = ('--json', '--front')


class PlaceError(OSError):
    """A place that nothing can be written to; the text names path, option and remedy."""


def try_folder(option: str, folder: Path) -> None:
    """Make the folder of an option and see that a file can be written; raises PlaceError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        problem = f'{option} cannot be written to ({error.strerror})'
        raise PlaceError(f'{folder}: {problem}; give another folder, or rights or room') from error


def refuse_source(option: str, folder: Path, source: Path) -> None:
    """Raise PlaceError for results that would lie among what they are made from."""
    if folder.resolve() == source.resolve():
        raise PlaceError(f'{folder}: {option} is where the source is; give another folder')


def _try_file(option: str, file: Path) -> None:
    try:
        check_writable(file)
    except OSError as error:
        problem = f'{option} cannot be written ({error.strerror})'
        raise PlaceError(f'{file}: {problem}; give another file') from error


def refuse_other(file: Path, kind: str, is_one: Callable[[Path], bool]) -> None:
    """Raise PlaceError for a file that is there and not one of a kind, which would be lost."""
    if file.is_file() and file.stat().st_size > 0 and not is_one(file):
        problem = f'is there already and is no {kind}; give another file, or remove this one'
        raise PlaceError(f'{file}: {problem}')


def try_files(
    places: Mapping[str, Path | None], inputs: Mapping[str, Path | None] | None = None
) -> None:
    """Make the folders of the files of options and see that all can be written, each once.

    `inputs` are files and folders that are read, by option: nothing may be written over them. What
    goes to --json and --front takes the place of figures alone. Raises PlaceError.
    """
    read = {option: place.resolve() for option, place in (inputs or {}).items() if place}
    taken = {place: option for option, place in read.items()}
    for option, file in places.items():
        if file is None:
            continue
        _try_file(option, file)
        place = file.resolve()
        other = taken.setdefault(place, option)
        if other != option:
            raise PlaceError(f'{file}: named by {other} and {option}; give another file for one')
        for other, folder in read.items():
            if folder in place.parents and place.exists():
                problem = f'named by {option} and a part of {other}'
                raise PlaceError(f'{file}: {problem}; give another file')
        if option in _FIGURES:
            refuse_other(file, 'file of figures', _holds_figures)


def _holds_figures(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_text(encoding='utf-8')), dict)
    except ValueError:
        return False
