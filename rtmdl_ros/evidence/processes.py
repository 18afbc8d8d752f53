# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Processes that an experiment starts, with their output in log files."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.evidence.leash import leashed

#: Lines of a log that are shown when its process fails.
_TAIL_LINES = 5


class ProcessError(EvidenceError):
    """A process failed; the text has the end of its log."""


class Child:
    """One process and its log file. It ends where the thread does that has started it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        log_stays: bool = True,
    ) -> None:
        """Start the process; it inherits the terminal's signals, so Ctrl-C reaches it too.

        The place of a log that does not stay is not told.
        """
        self.name = name
        self.log = log
        self._log_in_words = str(log) if log_stays else 'its output'
        with log.open('wb') as file:
            self._process = subprocess.Popen(
                leashed(command),
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
        """Raise ProcessError if the process has ended."""
        status = self._process.poll()
        if status is not None:
            raise self.failure(f'{self.name} ended by itself with exit status {status}')

    def ended(self) -> bool:
        """Return whether the process has ended well. Raises ProcessError where it has failed."""
        if self._process.poll():
            self.check()
        return self._process.returncode is not None

    def failure(self, text: str) -> ProcessError:
        """Return an error with a text and the last lines of the log."""
        lines = self.log.read_text(encoding='utf-8', errors='replace').splitlines()
        tail = [line for line in lines if line.strip()][-_TAIL_LINES:]
        return ProcessError('\n'.join([f'{text}; the end of {self._log_in_words}:', *tail]))

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
