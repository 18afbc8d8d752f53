# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Publishes missed deadlines, away from the threads that have deadlines."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rtmdl_ros.node.messages import deadline_miss
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.once_logger import OnceLogger
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Outcome

_LOGGER = logging.getLogger(__name__)


class Reporter:
    """A thread that takes ended jobs and tells of those that missed."""

    def __init__(
        self,
        publish: Callable[[object], None],
        age_s: Callable[[object], float],
    ) -> None:
        """Start the thread."""
        self._publish = publish
        self._age_s = age_s
        self._raised = OnceLogger(_LOGGER)
        #: Text of the last failure, by task.
        self.last_failure: dict[str, str] = {}
        #: Header and number of the frame with what became of it, without the frame: misses come in
        #: numbers when this thread gets no processor, and each would keep a whole image.
        self._ended: queue.SimpleQueue[tuple[Any, int, JobReport] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name='reporter', daemon=True)
        self._thread.start()

    def put(self, report: JobReport) -> None:
        """Take an ended job; returns at once."""
        if report.missed:
            work = report.payload
            assert isinstance(work, Work)
            self._ended.put((work.frame.header, work.sequence, replace(report, payload=None)))

    def close(self) -> None:
        """Tell of what is still queued and end the thread."""
        self._ended.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (ended := self._ended.get()) is not None:
            try:
                self._tell(*ended)
            except Exception as error:  # whatever it is, the next misses are told
                self._raised.log('telling of a missed deadline', error)

    def _tell(self, header: Any, sequence: int, report: JobReport) -> None:
        if report.outcome is Outcome.FAILED:
            self.last_failure[report.task] = report.detail
        self._publish(deadline_miss(header, sequence, report, self._age_s(header)))
