# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Waiting for a GPU by a thread that sleeps for most of the time and is there when it is over.

A thread that the driver wakes up comes late: by 35 to 90 us on a server with an H200, where small
networks take 200 to 400. One that watches all the time takes a core for it.
"""

from __future__ import annotations

from time import perf_counter, sleep
from typing import Any, Protocol

#: So long before the usual end a thread wakes up by itself; a sleep may last 80 us too long.
_EARLY_S = 200e-6
#: Longer waits are left to the driver: what they are late by matters less, and on a GPU that others
#: use as well they may take much longer than usual.
_SHORT_S = 2e-3
#: By so much the usual time grows with each wait, as clocks of GPUs change.
_FORGOTTEN = 1.02


class Event(Protocol):
    """A point in what a stream has to do, such as a torch.cuda.Event."""

    def record(self, stream: Any) -> None:
        """Put it behind all that was given to the stream."""

    def synchronize(self) -> None:
        """Wait until the stream has come there; others may hold the GIL."""


class UsualWait:
    """How long the same work usually takes, for one thread at a time that waits for it."""

    def __init__(self) -> None:
        """Know nothing yet."""
        #: The shortest time of late in seconds, or a long one; 0: not known.
        self.usual_s = 0.0

    def until_done(self, stream: Any, watched: Event, asleep: Event) -> None:
        """Wait until a stream has done all that it was given.

        `watched` takes a core while it waits, `asleep` none.
        """
        start = perf_counter()
        if 0 < self.usual_s < _SHORT_S:
            watched.record(stream)
            if self.usual_s > _EARLY_S:
                sleep(self.usual_s - _EARLY_S)
            watched.synchronize()
        else:
            asleep.record(stream)
            asleep.synchronize()
        took_s = perf_counter() - start
        # A wait that began late tells nothing: a long one is believed at once, or a core would be
        # taken until the usual time has grown to it.
        long = took_s >= _SHORT_S
        self.usual_s = took_s if long else min(took_s, self.usual_s * _FORGOTTEN or took_s)
