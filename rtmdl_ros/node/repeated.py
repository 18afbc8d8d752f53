# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What goes on while the thread of the executor is busy with something long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeated(period_s: float, action: Callable[[], None]) -> Iterator[None]:
    """Call `action` at once and every `period_s` seconds, on another thread, until the block ends.

    An action that is under way then is waited for.
    """
    over = threading.Event()

    def repeat() -> None:
        while True:
            action()
            if over.wait(period_s):
                return

    thread = threading.Thread(target=repeat, name='rtmdl repeated', daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
