# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Settings of the Python process that decide how late a waiting thread gets to run."""

import gc
import sys

#: A thread that wants the GIL waits up to this long for one that computes in Python. Measured
#: beside one busy Python thread on 2 shared cores, response time minus stage times, median:
#: 6.6 ms at Python's 5 ms, 0.37 ms at 1 ms, 0.25 ms at 0.5 ms, 0.14 ms at 0.2 ms and no less
#: below; alone 0.14 ms at any value (`python3 -m rtmdl_ros.runtime.hand_over --busy`).
SWITCH_INTERVAL_S = 2e-4


def shorten_switch_interval(seconds: float = SWITCH_INTERVAL_S) -> float:
    """Set the GIL switch interval (Python's default: 5 ms) to `seconds`, never raise it.

    Every return from a call that released the GIL (an inference, a sleep, a lock) may wait one
    interval for a busy Python thread: see `sys.setswitchinterval` in the Python library
    reference. Returns the interval before, for `sys.setswitchinterval` to restore.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, seconds))
    return before


def freeze_garbage() -> None:
    """Collect once and take all objects that exist out of later collections.

    Call it when everything is built and warmed up: a full collection of a process with
    millions of objects stops all threads for 100 ms and more. See `gc.freeze` in the Python
    library reference.
    """
    gc.collect()
    gc.freeze()
