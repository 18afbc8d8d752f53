# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGHUP end a program as Ctrl-C does: with all that it has started."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: Exit status of what a signal ended, as of shells.
INTERRUPTED = 130
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Raises KeyboardInterrupt at once and, as callbacks may swallow that, when next checked."""

    def __init__(self) -> None:
        """Begin without a signal."""
        self._asked = False

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._asked = True
        raise KeyboardInterrupt

    def check(self) -> None:
        """Raise KeyboardInterrupt after a signal."""
        if self._asked:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Make signals that end a program raise KeyboardInterrupt in its main thread, where it is.

    Those that whoever started it has had ignored, as nohup does, stay so.
    """
    interruption = Interruption()
    before = {number: signal.getsignal(number) for number in _ENDING}
    taken = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, interruption.ask)
    try:
        yield interruption
    finally:
        for number in taken:
            signal.signal(number, before[number])
