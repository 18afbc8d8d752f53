# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Values on the command line, refused with what they may be."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rtmdl_ros.workload.device_name import device_in

Number = TypeVar('Number', int, float)


def number(least: float, most: float) -> Callable[[str], float]:
    """Return what takes a number in these bounds."""
    return _within(float, least, most, f'a number {_bounds(least, most)}')


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what takes a whole number in these bounds."""
    return _within(int, least, most, f'a whole number {_bounds(least, most)}')


def positive(text: str) -> float:
    """Take a number above 0, up to a million."""
    return _within(float, 1e-9, 1e6, 'a number above 0, up to 1e6')(text)


def path(text: str) -> Path:
    """Take a file or folder; a ~ that the shell has left is a home."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f'{text}: there is no such home') from error


def figures_file(text: str) -> Path:
    """Take a file that figures go to, with a picture of the same name beside it."""
    file = path(text)
    if file.suffix == '.png':
        raise argparse.ArgumentTypeError(f'{text}: the picture goes there; give another ending')
    return file


def device(text: str) -> str:
    """Take a device as the parameter of that name has it."""
    try:
        device_in(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'it {error}') from error
    return text


def _bounds(least: float, most: float) -> str:
    return f'from {least:.10g} to {most:.10g}'


def _within(
    read: Callable[[str], Number], least: Number, most: Number, wanted: str
) -> Callable[[str], Number]:
    def convert(text: str) -> Number:
        try:
            value = read(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f'{text}: give {wanted}')
        return value

    return convert
