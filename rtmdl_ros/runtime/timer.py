# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One thread that wakes the core and the watchdog when they asked to be woken."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum

from rtmdl_ros.workload.units import NS_PER_S

#: Longest single wait, far below `threading.TIMEOUT_MAX`.
_LONGEST_WAIT_S = 3600.0


class _Asker(Enum):
    CORE = 'core'
    WATCHDOG = 'watchdog'


class WakeTimer(threading.Thread):
    """Calls `wake` on its own thread at the instants asked for, or a little after them.

    The core and the watchdog have one wish each; a new one replaces the same one's last.
    """

    def __init__(self, clock: Callable[[], int], wake: Callable[[], None]) -> None:
        """Make the thread, not started; `clock` gives nanoseconds."""
        super().__init__(name='rtmdl timer', daemon=True)
        self._clock = clock
        self._wake = wake
        self._changed = threading.Condition()
        self._wishes: dict[_Asker, int] = {}
        self._retired = False

    def wake_at(self, time_ns: int) -> None:
        """Replace the instant the core asked for."""
        self._wish(_Asker.CORE, time_ns)

    def watch_at(self, time_ns: int) -> None:
        """Replace the instant the watchdog asked for."""
        self._wish(_Asker.WATCHDOG, time_ns)

    def retire(self) -> None:
        """End the thread."""
        with self._changed:
            self._retired = True
            self._changed.notify()

    def run(self) -> None:
        """Wait and wake (`threading.Thread`)."""
        while self._wait_until_due():
            self._wake()

    def _wish(self, asker: _Asker, time_ns: int) -> None:
        with self._changed:
            # A later instant needs no notification: the thread looks again when it wakes.
            earlier = all(time_ns < wish_ns for wish_ns in self._wishes.values())
            self._wishes[asker] = time_ns
            if earlier:
                self._changed.notify()

    def _wait_until_due(self) -> bool:
        with self._changed:
            while not self._retired:
                now_ns = self._clock()
                due = [asker for asker, wish_ns in self._wishes.items() if wish_ns <= now_ns]
                if due:
                    for asker in due:
                        del self._wishes[asker]
                    return True
                wish_ns = min(self._wishes.values(), default=None)
                wait_s = None
                if wish_ns is not None:
                    wait_s = min((wish_ns - now_ns) / NS_PER_S, _LONGEST_WAIT_S)
                self._changed.wait(wait_s)
            return False
