# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Settings of the Python interpreter that decide how long a stage has to wait for it."""

from __future__ import annotations

import gc
import sys
import threading

#: A thread that wants the GIL waits up to this long for one that computes in Python. Measured
#: beside one busy Python thread on 2 shared cores, response time minus stage times, median:
#: 6.6 ms at Python's 5 ms, 0.37 ms at 1 ms, 0.25 ms at 0.5 ms, 0.14 ms at 0.2 ms and no less
#: below; alone 0.14 ms at any value (`python3 -m rtmdl_ros.bench.hand_over --busy`).
SWITCH_INTERVAL_S = 2e-4
#: The intervals that were in force before each `shorten_switch_interval`, the oldest first.
_INTERVALS_S: list[float] = []
#: Guards the list.
_SWITCHING = threading.Lock()


def shorten_switch_interval() -> None:
    """Set the GIL switch interval (Python's default: 5 ms) to SWITCH_INTERVAL_S, never raise it.

    Every return from a call that released the GIL (an inference, a sleep, a lock) may wait one
    interval for a busy Python thread: see `sys.setswitchinterval` in the Python library
    reference. It is to be restored as often: with the last call it is as before the first.
    """
    with _SWITCHING:
        before = sys.getswitchinterval()
        _INTERVALS_S.append(before)
        sys.setswitchinterval(min(before, SWITCH_INTERVAL_S))


def restore_switch_interval() -> None:
    """Take one `shorten_switch_interval` back."""
    with _SWITCHING:
        if len(_INTERVALS_S) == 1:
            sys.setswitchinterval(_INTERVALS_S[0])
        _INTERVALS_S.pop()


def freeze_garbage() -> None:
    """Collect once and take all objects that exist out of later collections.

    Call it when everything is built and warmed up: a full collection of a process with
    millions of objects stops all threads for 100 ms and more. See `gc.freeze` in the Python
    library reference.
    """
    gc.collect()
    gc.freeze()


def thaw_garbage() -> None:
    """Let collections see the objects again that `freeze_garbage` took out of them."""
    gc.unfreeze()
