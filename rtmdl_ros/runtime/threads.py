# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The threads of a runtime: one for each executor, and the timer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from rtmdl_ros.runtime.executor import Done, Executor, StageCall
from rtmdl_ros.runtime.real_time import Placement, RealTimeSettings, end_fifo
from rtmdl_ros.runtime.timer import WakeTimer
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_S

#: How long threads that have nothing to do are waited for in s; they end much sooner.
_IDLE_TIMEOUT_S = 1.0


class Threads:
    """Starts, replaces and ends the threads; the lock of the runtime guards it while jobs run."""

    def __init__(
        self,
        executors: Mapping[str, Resource],
        settings: RealTimeSettings,
        report: Callable[[Done], StageCall | None],
        timer: WakeTimer,
    ) -> None:
        """Prepare a thread for each of `executors`, by name, that reports to `report`."""
        self._kinds = executors
        self._settings = settings
        self._report = report
        self._timer = timer
        self._placements = _placements(executors, settings)
        self._executors = {name: self._executor(name) for name in executors}

    def start(self) -> None:
        """Start all; raises RuntimeError where the system refuses a thread: then none is left."""
        try:
            for thread in (*self._executors.values(), self._timer):
                thread.start()
        except RuntimeError:
            self.end(_IDLE_TIMEOUT_S)
            raise
        if self._timer.native_id is not None:
            # Beside busy processes it would wake the core up to 20 ms late (4 of them, 2 cores).
            with suppress(OSError):
                Placement((), self._settings.short_priority).apply(self._timer.native_id)

    def end(self, timeout_s: float) -> None:
        """Let the threads end that were started, and wait for them for so long."""
        threads: list[Executor | WakeTimer] = [*self._executors.values(), self._timer]
        for thread in threads:
            thread.retire()
        end_ns = time.monotonic_ns() + round(timeout_s * NS_PER_S)
        for thread in threads:
            started = thread.ident is not None
            if started and thread is not threading.current_thread():
                thread.join(max(0.0, (end_ns - time.monotonic_ns()) / NS_PER_S))
                if thread.is_alive():
                    end_fifo(thread)

    def give(self, executor: str, call: StageCall) -> None:
        """Hand its next stage over to the thread of an executor."""
        self._executors[executor].give(call)

    def replace(self, executor: str) -> None:
        """Put a new thread in the place of one that hangs; where there is none, `revive` asks."""
        hanging = self._executors[executor]
        hanging.retire()  # ends it when the call returns
        end_fifo(hanging)  # else the new thread might never get the core from it
        self._executors[executor] = self._executor(executor)
        self.revive(executor)

    def revive(self, executor: str) -> str | None:
        """Start the thread of an executor that was replaced, once; returns why it cannot be."""
        thread = self._executors[executor]
        if thread.ident is None:
            try:
                thread.start()
            except RuntimeError as error:  # the system has none left
                return f'{executor} was replaced and has no thread: {in_one_line(error)}'
        return None

    def busy_since_ns(self) -> dict[str, int | None]:
        """Return by executor when the stage that it runs now began; None: idle."""
        return {name: thread.busy_since_ns for name, thread in self._executors.items()}

    def native_ids(self, kind: Resource) -> list[int]:
        """Return the system's numbers of the running threads of a kind, in their order."""
        ids = [self._executors[name].native_id for name, own in self._kinds.items() if own is kind]
        return [native_id for native_id in ids if native_id is not None]

    def _executor(self, name: str) -> Executor:
        return Executor(name, time.monotonic_ns, self._report, self._placements[name])


def _placements(
    executors: Mapping[str, Resource], settings: RealTimeSettings
) -> dict[str, Placement]:
    placements = {}
    for kind in Resource:
        names = [name for name, own in executors.items() if own is kind]
        for index, name in enumerate(names):
            placements[name] = settings.placement(kind, index, len(names))
    return placements
