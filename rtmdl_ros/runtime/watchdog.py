# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which stages run, since when, and which calls were given up because they hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtmdl_ros.runtime.executor import Work
from rtmdl_ros.runtime.report import StageSpan


@dataclass(frozen=True)
class Hung:
    """A stage that did not return in time."""

    work: Work
    #: From its start until it was given up.
    span: StageSpan
    #: Why its job failed.
    detail: str


class Watchdog:
    """Keeps the stages that run in order of start. Not safe to use from several threads at once.

    The limit is the same for all, so the first of them is due first: a look at it is enough,
    and a start asks for a wake-up only if none is due yet.
    """

    def __init__(self, limit_s: float, wake_at: Callable[[int], None]) -> None:
        """Give up calls after `limit_s` seconds; `wake_at` asks for a `give_up` at that time.

        Raises ValueError for a limit that is not above 0.
        """
        if limit_s <= 0:
            raise ValueError(f'hang_limit_s is {limit_s}; it must be above 0')
        self._limit_s = limit_s
        self._limit_ns = round(limit_s * 1e9)
        self._wake_at = wake_at
        self._awaits_wake = False
        #: Start in nanoseconds and stage by executor. A dict keeps the order of insertion, and
        #: an executor's entry is deleted before its next one: this is the order of start.
        self._running: dict[str, tuple[int, Work]] = {}
        #: Calls that were given up and have not returned.
        self._given_up: list[Work] = []

    def running(self, now_ns: int) -> list[tuple[Work, StageSpan]]:
        """Return the stages that run now, without those given up, and since when."""
        return [
            (work, StageSpan(work.stage_name, executor, start_ns, now_ns))
            for executor, (start_ns, work) in self._running.items()
        ]

    def refusal(self, wanted: Work) -> str | None:
        """Tell why a stage cannot be served now; None: it can.

        By the name of the task: one that was removed and comes back may have the same functions.
        Variants of a task may have functions and segments of networks in common.
        """
        for work in self._given_up:
            same_stage = (work.variant, work.stage) == (wanted.variant, wanted.stage)
            same_segment = work.segment != '' and work.segment == wanted.segment
            same_function = (work.stage_name, work.function) == (wanted.stage_name, wanted.function)
            same = same_stage or same_segment or same_function
            if same and work.task == wanted.task:
                return f'stage {work.stage_name} still hangs in job {work.job_id}'
        return None

    def begin(self, executor: str, work: Work, now_ns: int) -> None:
        """Watch a stage that starts now; `now_ns` never goes back from call to call."""
        self._running[executor] = (now_ns, work)
        if not self._awaits_wake:
            self.plan_wake()

    def end(self, executor: str, work: Work) -> bool:
        """Forget a call that has returned; False: it had been given up."""
        _, running = self._running.get(executor, (0, None))
        if running is work:
            del self._running[executor]
            return True
        # By identity: payloads may be arrays, which cannot be compared for truth.
        self._given_up = [other for other in self._given_up if other is not work]
        return False

    def give_up(self, now_ns: int) -> list[Hung]:
        """Give up the calls whose time is over; their executors are free then."""
        hung = []
        for executor, (start_ns, work) in list(self._running.items()):
            if now_ns < start_ns + self._limit_ns:
                break
            del self._running[executor]
            self._given_up.append(work)
            span = StageSpan(work.stage_name, executor, start_ns, now_ns)
            detail = (
                f'stage {work.stage_name} did not return within {self._limit_s:g} s; '
                f'{executor} was replaced'
            )
            hung.append(Hung(work, span, detail))
        return hung

    def plan_wake(self) -> None:
        """Ask to be woken when the first of the running stages is due, if any runs."""
        first = next(iter(self._running.values()), None)
        self._awaits_wake = first is not None
        if first is not None:
            self._wake_at(first[0] + self._limit_ns)
