# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One thread that runs stages: a CPU worker or a lane."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from rtmdl_ros.runtime.real_time import Placement
from rtmdl_ros.runtime.report import StageSpan


@dataclass(frozen=True)
class StageCall:
    """A stage of a job to run now."""

    job_id: int
    task: str
    #: What the job is done with; '' where its task has no variants.
    variant: str
    #: Index of the stage in the variant's chain.
    stage: int
    stage_name: str
    function: Callable[[Any], bool]
    #: What of a network it runs (`Stage.segment`); '' on the CPU.
    segment: str
    payload: object


@dataclass(frozen=True)
class Done:
    """A stage that ran: its span and either its answer or what it raised."""

    call: StageCall
    span: StageSpan
    complete: bool
    error: BaseException | None


class Executor(threading.Thread):
    """Runs what it is given, one stage at a time, until it is told to retire.

    `report` is told of the end of each stage, on this thread; the call that it returns is made
    next without a hand-over.
    """

    def __init__(
        self,
        name: str,
        clock: Callable[[], int],
        report: Callable[[Done], StageCall | None],
        placement: Placement,
    ) -> None:
        """Make the thread, not started. It is a daemon: a hung stage never holds the process."""
        super().__init__(name=f'rtmdl {name}', daemon=True)
        self.executor = name
        #: When the stage that runs now began; None: idle.
        self.busy_since_ns: int | None = None
        self._clock = clock
        self._report = report
        self._placement = placement
        self._inbox: SimpleQueue[StageCall | None] = SimpleQueue()

    def give(self, call: StageCall) -> None:
        """Hand over the next stage."""
        self._inbox.put(call)

    def retire(self) -> None:
        """End the thread when what was given before has run."""
        self._inbox.put(None)

    def run(self) -> None:
        """Serve the inbox (`threading.Thread`)."""
        # Whoever asks for it has `real_time.set_up` tell what is refused.
        with suppress(OSError):
            self._placement.apply()
        while (call := self._inbox.get()) is not None:
            next_call: StageCall | None = call
            while next_call is not None:
                next_call = self._report(self._perform(next_call))
            del call  # its frame would be kept for as long as this thread waits

    def _perform(self, call: StageCall) -> Done:
        complete, error = False, None
        start_ns = self.busy_since_ns = self._clock()
        try:
            complete = bool(call.function(call.payload))
        except BaseException as raised:  # even SystemExit must not take the lane along
            error = raised
        end_ns = self._clock()
        self.busy_since_ns = None
        span = StageSpan(call.stage_name, self.executor, start_ns, end_ns)
        try:
            return Done(call, span, complete, error)
        finally:
            # Its traceback holds this frame, and this frame a whole image: until the garbage
            # collector came, they would keep each other.
            del error
