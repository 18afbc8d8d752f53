# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Errors that several rooms speak of, and how all are told."""

import reprlib

_SHORT = reprlib.Repr()
_SHORT.maxstring, _SHORT.maxother = 100, 300
#: Characters of a line that is logged and published with every frame, perhaps.
_LONGEST = 1000


class BadInputError(ValueError):
    """A job's input that cannot be worked on; the text says why, so no traceback is needed."""


def in_one_line(error: BaseException) -> str:
    """Return type and text of an exception, whatever its text looks like."""
    try:
        text = str(error)
    except Exception:  # it is another's class, and this is where its mistakes are told
        text = '<exception str() failed>'
    return one_line(f'{type(error).__name__}: {text}').rstrip(':')


def shortened(value: object) -> str:
    """Return in a line how Python writes a value, of a long one only the beginning and the end."""
    return one_line(_SHORT.repr(value))


def one_line(text: object) -> str:
    """Return a text that may hold line ends, as names and values out of files do, without them.

    Of a very long one, such as a whole array, only the beginning.
    """
    line = ' '.join(str(text).split())
    return encodable(line if len(line) <= _LONGEST else f'{line[:_LONGEST]}…')


def encodable(text: str) -> str:
    """Return a text with escapes for what UTF-8 cannot hold, as the names of some files do.

    ROS 2 refuses to log or publish it otherwise.
    """
    return text.encode('utf-8', 'backslashreplace').decode('utf-8')
