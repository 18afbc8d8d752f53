# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The camera and the node as processes of their own, with their output in log files."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from rtmdl_ros.node.demo.errors import DemoError

#: Lines of a log that are shown when its process fails.
_TAIL_LINES = 5


class Child:
    """One process and its log file."""

    def __init__(
        self, name: str, command: Sequence[str], environment: dict[str, str], log: Path
    ) -> None:
        """Start the process; it inherits the terminal's signals, so Ctrl-C reaches it too."""
        self.name = name
        self.log = log
        with log.open('wb') as file:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def process_id(self) -> int:
        """Id of the process."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """How the process ended; None while it runs."""
        return self._process.returncode

    def check(self) -> None:
        """Raise DemoError, with the end of the log, if the process has ended."""
        status = self._process.poll()
        if status is not None:
            raise self.failure(f'{self.name} ended by itself with exit status {status}')

    def failure(self, text: str) -> DemoError:
        """Return an error with a text and the last lines of the log."""
        lines = self.log.read_text(encoding='utf-8', errors='replace').splitlines()
        tail = [line for line in lines if line.strip()][-_TAIL_LINES:]
        return DemoError('\n'.join([f'{text}; the end of {self.log}:', *tail]))

    def interrupt(self) -> None:
        """Ask the process to end, as Ctrl-C does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the process; returns whether it came, and kills it otherwise."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True


def end_all(children: Iterable[Child], timeout_s: float) -> None:
    """End all processes within timeout_s, those that do not listen by force."""
    children = tuple(children)
    end_s = time.monotonic() + timeout_s
    for child in children:
        child.interrupt()
    for child in children:
        child.wait(max(0.0, end_s - time.monotonic()))


def executable(name: str) -> list[str]:
    """Return the command of an installed executable of this package, in this very Python.

    Raises DemoError where the workspace is not built or not sourced.
    """
    from ament_index_python.packages import PackageNotFoundError, get_package_prefix

    try:
        prefix = Path(get_package_prefix('rtmdl_ros'))
    except PackageNotFoundError as error:
        raise DemoError('the workspace is not sourced; use "make run", or ". ./env.sh"') from error
    return [sys.executable, str(prefix / 'lib' / 'rtmdl_ros' / name)]
