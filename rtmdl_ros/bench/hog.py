# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Another process that takes a core for a while."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic


@contextmanager
def hog_at(start_s: float, length_s: float) -> Iterator[None]:
    """Let another process compute from `start_s` on for some time."""
    hog = multiprocessing.get_context('spawn').Process(target=_burn, daemon=True)
    over = Event()
    end_s = monotonic() + start_s + length_s

    def let_burn() -> None:
        if over.wait(start_s):
            return
        hog.start()  # may take longer than it is to compute
        over.wait(max(0.0, end_s - monotonic()))
        hog.terminate()
        hog.join()

    thread = Thread(target=let_burn)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _burn() -> None:
    # Ctrl-C reaches this process, too; its parent ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that was killed cannot end this process.
    parent = multiprocessing.parent_process()
    assert parent is not None
    number = 1
    while parent.is_alive():
        for _ in range(100_000):
            number = number * 31 % 1_000_003
