# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The books of a soak: what the node's counters say against what was heard, job by job."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rtmdl_ros.deployment.message_fields import REASONS
from rtmdl_ros.workload.records import Outcome

OUTCOMES = tuple(outcome.value for outcome in Outcome)
_LATE = REASONS[Outcome.LATE]
_SUMMARY = re.compile(
    r'task (\w+): (\d+) frames: (\d+) on time, (\d+) late, (\d+) superseded, (\d+) discarded, '
    r'(\d+) failed'
)


@dataclass(frozen=True)
class Counters:
    """Jobs of one task from an activation to its end."""

    released: int
    on_time: int
    late: int
    superseded: int
    discarded: int
    failed: int

    @property
    def ended(self) -> int:
        """Jobs that ended, however they did."""
        return sum(getattr(self, outcome) for outcome in OUTCOMES)


def summaries(log: str) -> dict[str, list[Counters]]:
    """Return the final counters that the node logs at each deactivation, by task."""
    found: dict[str, list[Counters]] = {}
    for name, *numbers in _SUMMARY.findall(log):
        found.setdefault(name, []).append(Counters(*map(int, numbers)))
    return found


@dataclass
class _Heard:
    """What was heard of a task since the node was activated."""

    answered: set[int] = field(default_factory=set)
    #: Reason by sequence number.
    missed: dict[int, int] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)


class HeardLedger:
    """Takes messages as they come and closes an account at each deactivation."""

    def __init__(self, tasks: Sequence[str]) -> None:
        """Begin with the first activation."""
        self._heard = {task: _Heard() for task in tasks}
        #: All that does not add up, one line each.
        self.problems: list[str] = []
        #: Over all accounts that were closed.
        self.total: Counter[str] = Counter()
        #: Jobs of closed accounts of which nothing was heard, or not that they were late.
        self.unheard = 0
        self.statuses = 0

    def answer(self, message: Any) -> None:
        """Take a DetectionArray."""
        heard = self._heard_of(message.task)
        if message.sequence in heard.answered:
            self.problems.append(f'{message.task}: job {message.sequence} was answered twice')
        heard.answered.add(message.sequence)

    def miss(self, message: Any) -> None:
        """Take a DeadlineMiss."""
        heard = self._heard_of(message.task)
        if message.sequence in heard.missed:
            self.problems.append(f'{message.task}: job {message.sequence} was missed twice')
        heard.missed[message.sequence] = message.reason

    def status(self, message: Any) -> None:
        """Take a SchedulerStatus: each task's counters must add up and never fall."""
        self.statuses += 1
        for task in message.tasks:
            counts = {name: getattr(task, name) for name in ('released', *OUTCOMES)}
            ended = sum(counts[name] for name in OUTCOMES)
            if task.released != ended + task.in_flight:
                self.problems.append(
                    f'{task.task}: status has {task.released} released, but {ended} ended and '
                    f'{task.in_flight} in flight'
                )
            heard = self._heard_of(task.task)
            fallen = [name for name, count in heard.last.items() if counts[name] < count]
            if fallen:
                self.problems.append(f'{task.task}: status has {", ".join(fallen)} fallen')
            heard.last = counts

    def _heard_of(self, task: str) -> _Heard:
        if task not in self._heard:
            self._heard[task] = _Heard()
            self._problem(task, 'is not of this node: another one is in the domain')
        return self._heard[task]

    def is_complete(self, counters: Mapping[str, Counters]) -> bool:
        """Tell whether all jobs have been heard of."""
        return all(
            len(self._heard[task].answered | self._heard[task].missed.keys()) >= count.released
            for task, count in counters.items()
        )

    def close(self, counters: Mapping[str, Counters]) -> None:
        """Compare with the final counters of all tasks, and begin anew."""
        for task, count in counters.items():
            self._close(task, count, self._heard[task])
            self._heard[task] = _Heard()

    def _close(self, task: str, count: Counters, heard: _Heard) -> None:
        jobs = heard.answered | heard.missed.keys()
        late = {number for number, reason in heard.missed.items() if reason == _LATE}
        both = (heard.answered & heard.missed.keys()) - late
        unheard = count.released - len(jobs)
        self.unheard += max(0, unheard) + max(0, count.late - len(late))
        self.total += Counter({name: getattr(count, name) for name in ('released', *OUTCOMES)})
        if count.ended != count.released:
            self._problem(task, f'{count.released} released, {count.ended} ended at the end')
        if any(count.released < value for value in heard.last.values()):
            self._problem(task, 'a status had more jobs than the end')
        if both:
            self._problem(task, f'jobs {sorted(both)[:5]} were answered, and missed but not late')
        if jobs and max(jobs) >= count.released:
            self._problem(task, f'job {max(jobs)} was heard of, of {count.released}')
        said = Counter(heard.missed.values())
        heard_of = {outcome.value: said[reason] for outcome, reason in REASONS.items()}
        finished = len(heard.answered), count.on_time + count.late
        for name, more, most in (
            ('answered', *finished),
            *((name, number, getattr(count, name)) for name, number in heard_of.items()),
        ):
            # Fewer are messages that were lost, which are counted; more can never be.
            if more > most or (unheard == 0 and name != 'late' and more < most):
                self._problem(task, f'{more} were heard of as {name}, the node counts {most}')

    def _problem(self, task: str, text: str) -> None:
        self.problems.append(f'{task}: {text}')
