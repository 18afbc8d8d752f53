# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which stages run, since when, and which calls were given up because they hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from rtmdl_ros.runtime.executor import StageCall
from rtmdl_ros.runtime.report import StageSpan
from rtmdl_ros.workload.units import NS_PER_S

#: Asked whether a job may fail, of its task and payload.
GivesUp = Callable[[str, object], bool]


def always(task: str, payload: object) -> bool:
    """Give up whatever hangs."""
    return True


@dataclass(frozen=True)
class Hung:
    """A stage that did not return in time."""

    call: StageCall
    #: From its start until it was given up.
    span: StageSpan
    #: Why its job failed.
    detail: str


@dataclass(frozen=True)
class _Watched:
    """A stage that runs. Times in nanoseconds."""

    call: StageCall
    start_ns: int
    due_ns: int
    #: It was due before.
    again: bool = False

    def span(self, executor: str, now_ns: int) -> StageSpan:
        return StageSpan(self.call.stage_name, executor, self.start_ns, now_ns)


class Watchdog:
    """Keeps the stages that run as they are due. Not safe to use from several threads at once.

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
        self._limit_ns = round(limit_s * NS_PER_S)
        self._wake_at = wake_at
        self._awaits_wake = False
        #: By executor. A dict keeps the order of insertion, and an executor's entry is deleted
        #: before its next one: this is the order in which they are due.
        self._running: dict[str, _Watched] = {}
        #: Calls that were given up and have not returned.
        self._given_up: list[StageCall] = []

    def running(self, now_ns: int) -> list[tuple[StageCall, StageSpan]]:
        """Return the stages that run now, without those given up, and since when."""
        return [
            (each.call, each.span(executor, now_ns)) for executor, each in self._running.items()
        ]

    def refusal(self, wanted: StageCall) -> str | None:
        """Tell why a stage cannot be served now; None: it can.

        By the name of the task: one that was removed and comes back may have the same functions.
        Variants of a task may have functions and segments of networks in common.
        """
        for call in self._given_up:
            same_stage = (call.variant, call.stage) == (wanted.variant, wanted.stage)
            same_segment = call.segment != '' and call.segment == wanted.segment
            same_function = (call.stage_name, call.function) == (wanted.stage_name, wanted.function)
            same = same_stage or same_segment or same_function
            if same and call.task == wanted.task:
                return f'stage {call.stage_name} still hangs in job {call.job_id}'
        return None

    def begin(self, executor: str, call: StageCall, now_ns: int) -> None:
        """Watch a stage that starts now; `now_ns` never goes back from call to call."""
        self._running[executor] = _Watched(call, now_ns, now_ns + self._limit_ns)
        if not self._awaits_wake:
            self.plan_wake()

    def end(self, executor: str, call: StageCall) -> bool:
        """Forget a call that has returned; False: it had been given up."""
        running = self._running.get(executor)
        if running is not None and running.call is call:
            del self._running[executor]
            return True
        # By identity: payloads may be arrays, which cannot be compared for truth.
        self._given_up = [other for other in self._given_up if other is not call]
        return False

    def give_up(self, now_ns: int, gives_up: GivesUp = always) -> list[Hung]:
        """Give up the calls whose time is over; their executors are free then.

        Where `gives_up` says no, a call has that time once more.
        """
        hung = []
        for executor, watched in list(self._running.items()):
            if now_ns < watched.due_ns:
                break
            del self._running[executor]
            call = watched.call
            if not watched.again and not gives_up(call.task, call.payload):
                due_ns = now_ns + self._limit_ns
                self._running[executor] = replace(watched, due_ns=due_ns, again=True)
                continue
            self._given_up.append(call)
            limit_s = self._limit_s * (2 if watched.again else 1)
            detail = (
                f'stage {call.stage_name} did not return within {limit_s:g} s; '
                f'{executor} was replaced'
            )
            hung.append(Hung(call, watched.span(executor, now_ns), detail))
        return hung

    def plan_wake(self) -> None:
        """Ask to be woken when the first of the running stages is due, if any runs."""
        first = next(iter(self._running.values()), None)
        self._awaits_wake = first is not None
        if first is not None:
            self._wake_at(first.due_ns)
