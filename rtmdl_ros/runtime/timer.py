# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One thread that wakes the core when it asked to be woken."""

from __future__ import annotations

import threading
from collections.abc import Callable

#: Longest single wait, far below `threading.TIMEOUT_MAX`.
_LONGEST_WAIT_S = 3600.0


class WakeTimer(threading.Thread):
    """Calls `wake` on its own thread at the instant last asked for, or a little after it."""

    def __init__(self, clock: Callable[[], int], wake: Callable[[], None]) -> None:
        """Make the thread, not started; `clock` gives nanoseconds."""
        super().__init__(name='rtmdl timer', daemon=True)
        self._clock = clock
        self._wake = wake
        self._changed = threading.Condition()
        self._wake_ns: int | None = None
        self._retired = False

    def wake_at(self, time_ns: int) -> None:
        """Replace the instant asked for."""
        with self._changed:
            # A later instant needs no notification: the thread looks again when it wakes.
            earlier = self._wake_ns is None or time_ns < self._wake_ns
            self._wake_ns = time_ns
            if earlier:
                self._changed.notify()

    def retire(self) -> None:
        """End the thread."""
        with self._changed:
            self._retired = True
            self._changed.notify()

    def run(self) -> None:
        """Wait and wake (`threading.Thread`)."""
        while self._wait_until_due():
            self._wake()

    def _wait_until_due(self) -> bool:
        with self._changed:
            while not self._retired:
                left_ns = None if self._wake_ns is None else self._wake_ns - self._clock()
                if left_ns is not None and left_ns <= 0:
                    self._wake_ns = None
                    return True
                wait_s = None if left_ns is None else min(left_ns / 1e9, _LONGEST_WAIT_S)
                self._changed.wait(wait_s)
            return False
