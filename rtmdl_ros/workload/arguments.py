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
    return _between(float, 'a number', least, most)


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what takes a whole number in these bounds."""
    return _between(int, 'a whole number', least, most)


def positive(text: str) -> float:
    """Take a number above 0, up to a million."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1e-9 <= value <= 1e6:
        raise argparse.ArgumentTypeError(f'{text}: give a number above 0, up to 1e6')
    return value


def figures_file(text: str) -> Path:
    """Take a file that figures go to, with a picture of the same name beside it."""
    path = Path(text)
    if path.suffix == '.png':
        raise argparse.ArgumentTypeError(f'{text}: the picture goes there; give another ending')
    return path


def device(text: str) -> str:
    """Take a device as the parameter of that name has it."""
    try:
        device_in(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'it {error}') from error
    return text


def _between(
    read: Callable[[str], Number], what: str, least: Number, most: Number
) -> Callable[[str], Number]:
    def convert(text: str) -> Number:
        try:
            value = read(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            bounds = f'from {least:.10g} to {most:.10g}'
            raise argparse.ArgumentTypeError(f'{text}: give {what} {bounds}')
        return value

    return convert
