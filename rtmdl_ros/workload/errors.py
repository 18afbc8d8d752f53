# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Errors that several rooms speak of, and how all are told."""


class BadInputError(ValueError):
    """A job's input that cannot be worked on; the text says why, so no traceback is needed."""


def in_one_line(error: BaseException) -> str:
    """Return type and text of an exception, whatever its text looks like."""
    return one_line(f'{type(error).__name__}: {error}').rstrip(':')


def one_line(text: object) -> str:
    """Return a text that may hold line ends, as names and values out of files do, without them."""
    return ' '.join(str(text).split())
