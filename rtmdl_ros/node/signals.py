# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Signals that end the processes of nodes."""

import atexit
import signal
import threading
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from types import FrameType

_ENDING = signal.SIGINT, signal.SIGTERM


def flagged(stop: threading.Event) -> None:
    """Let SIGINT and SIGTERM set a flag, and do nothing any more while Python shuts down.

    Ctrl-C in a terminal reaches a node twice, from there and from `ros2 launch`. By Python's own
    handlers, which are back by then, the second one would look like a crash.
    """
    on_signal(lambda *_: stop.set())
    atexit.register(on_signal, signal.SIG_IGN)


def on_signal(handler: signal.Handlers | Callable[[int, FrameType | None], object]) -> None:
    """Have SIGINT and SIGTERM handled."""
    for number in _ENDING:
        signal.signal(number, handler)


def start_deaf(process: BaseProcess) -> None:
    """Start a process that Ctrl-C in the terminal does not end, nor while it still imports.

    Raises what starting raises.
    """
    # It comes with the first process, and would let the signal through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
