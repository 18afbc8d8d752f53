# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Counters since the start and statistics over a sliding window, in bounded memory."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_S

#: Most samples kept of one task or executor; in a faster stream the window gets shorter.
MAX_SAMPLES = 10_000


@dataclass(frozen=True)
class ResponseStatistics:
    """Response times of the jobs that finished (on time or late) within the window."""

    #: Nearest-rank quantiles in nanoseconds; all 0 if none finished.
    p50_ns: int
    p99_ns: int
    max_ns: int


@dataclass(frozen=True)
class TaskStatistics:
    """One task. released = on_time + late + superseded + discarded + failed + in_flight."""

    task: str
    # Since the start.
    released: int
    in_flight: int
    on_time: int
    late: int
    superseded: int
    discarded: int
    failed: int
    # Over the window.
    #: Releases per second.
    rate_hz: float
    #: How many jobs ended, how many of these missed, and how many of these failed.
    window_ended: int
    window_missed: int
    window_failed: int
    response: ResponseStatistics
    #: How many of the jobs that finished were done with each variant, the most frequent first.
    variants: tuple[tuple[str, int], ...] = ()

    @property
    def miss_ratio(self) -> float:
        """Misses among the jobs that ended within the window, 0 to 1; 0 if none ended."""
        return self.window_missed / self.window_ended if self.window_ended else 0.0


@dataclass(frozen=True)
class RuntimeStatistics:
    """All tasks and executors at one instant."""

    time_ns: int
    #: In the order in which the tasks were added.
    tasks: tuple[TaskStatistics, ...]
    #: Share of the window in which the executors of the kind ran stages, 0 to 1, their mean.
    cpu_busy: float
    accelerator_busy: float
    #: Ratio of recent to profiled stage times; 1: as profiled.
    cpu_slowness: float
    accelerator_slowness: float


def response_statistics(responses_ns: Sequence[int]) -> ResponseStatistics:
    """Summarise response times given in any order."""
    ordered = sorted(responses_ns)
    if not ordered:
        return ResponseStatistics(0, 0, 0)
    return ResponseStatistics(quantile(ordered, 0.5), quantile(ordered, 0.99), ordered[-1])


@dataclass(frozen=True)
class _Ended:
    finish_ns: int
    outcome: Outcome
    #: None: the job did not finish.
    response_ns: int | None
    variant: str


class TaskAccount:
    """What happened to the jobs of one task."""

    def __init__(self, task: str) -> None:
        """Begin with nothing released."""
        self._task = task
        self._released = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._releases: deque[int] = deque(maxlen=MAX_SAMPLES)
        self._ended: deque[_Ended] = deque(maxlen=MAX_SAMPLES)

    def add_release(self, release_ns: int) -> None:
        """Count a released job."""
        self._released += 1
        self._releases.append(release_ns)

    def add_end(self, report: JobReport) -> None:
        """Count a job that ended."""
        self._outcomes[report.outcome] += 1
        response_ns = report.response_ns if report.finished else None
        self._ended.append(
            _Ended(report.finish_ns, report.outcome, response_ns, report.variant)
        )

    def forget_before(self, time_ns: int) -> None:
        """Let go of what no window will reach any more; counters stay."""
        while self._releases and self._releases[0] < time_ns:
            self._releases.popleft()
        while self._ended and self._ended[0].finish_ns < time_ns:
            self._ended.popleft()

    def copy(self) -> TaskAccount:
        """Return a snapshot, to be evaluated without holding a lock."""
        twin = TaskAccount(self._task)
        twin._released = self._released
        twin._outcomes = self._outcomes.copy()
        twin._releases = self._releases.copy()
        twin._ended = self._ended.copy()
        return twin

    def statistics(self, now_ns: int, window_ns: int) -> TaskStatistics:
        """Evaluate the window that ends at `now_ns`."""
        since_ns = now_ns - window_ns
        releases = sum(1 for release_ns in self._releases if release_ns >= since_ns)
        known_ns = window_ns
        if len(self._releases) == MAX_SAMPLES:
            known_ns = min(window_ns, now_ns - self._releases[0])
        ended = [job for job in self._ended if job.finish_ns >= since_ns]
        outcomes = Counter(job.outcome for job in ended)
        responses = [job.response_ns for job in ended if job.response_ns is not None]
        variants = Counter(job.variant for job in ended if job.response_ns is not None)
        count = self._outcomes
        return TaskStatistics(
            task=self._task,
            released=self._released,
            in_flight=self._released - sum(count.values()),
            on_time=count[Outcome.ON_TIME],
            late=count[Outcome.LATE],
            superseded=count[Outcome.SUPERSEDED],
            discarded=count[Outcome.DISCARDED],
            failed=count[Outcome.FAILED],
            rate_hz=releases * NS_PER_S / known_ns if known_ns else 0.0,
            window_ended=len(ended),
            window_missed=len(ended) - outcomes[Outcome.ON_TIME],
            window_failed=outcomes[Outcome.FAILED],
            response=response_statistics(responses),
            variants=tuple(variants.most_common()),
        )


class BusyAccount:
    """How long one executor ran stages, within a window that moves on."""

    def __init__(self) -> None:
        """Begin idle."""
        self._spans: deque[tuple[int, int]] = deque()
        self._spans_ns = 0

    def add(self, span: StageSpan) -> None:
        """Add a stage that ended."""
        self._spans.append((span.start_ns, span.end_ns))
        self._spans_ns += span.end_ns - span.start_ns
        if len(self._spans) > MAX_SAMPLES:
            self._forget_oldest()

    def share(self, now_ns: int, window_ns: int, busy_since_ns: int | None = None) -> float:
        """Return the busy share of the window that ends at `now_ns`, 0 to 1.

        `busy_since_ns` is the start of the stage that runs now, if any. What ended before the
        window is forgotten.
        """
        since_ns = now_ns - window_ns
        while self._spans and self._spans[0][1] <= since_ns:
            self._forget_oldest()
        if len(self._spans) == MAX_SAMPLES:
            since_ns = max(since_ns, self._spans[0][0])
        busy_ns = self._spans_ns
        if self._spans:
            busy_ns -= max(0, since_ns - self._spans[0][0])
        if busy_since_ns is not None:
            busy_ns += now_ns - max(busy_since_ns, since_ns)
        return min(1.0, busy_ns / (now_ns - since_ns)) if now_ns > since_ns else 0.0

    def _forget_oldest(self) -> None:
        start_ns, end_ns = self._spans.popleft()
        self._spans_ns -= end_ns - start_ns
