# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Numbers on the command line, refused with what they may be."""

import argparse
from collections.abc import Callable


def number(least: float, most: float) -> Callable[[str], float]:
    """Return what takes a number in these bounds."""

    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f'{text}: give a number from {least:g} to {most:g}')
        return value

    return convert


def whole(least: int, most: int) -> Callable[[str], int]:
    """Return what takes a whole number in these bounds."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f'{text}: give a whole number from {least} to {most}')
        return value

    return convert
