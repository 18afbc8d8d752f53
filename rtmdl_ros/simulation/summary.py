# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What became of many jobs, in a few figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtmdl_ros.simulation.records import SimulatedJob
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Outcome


@dataclass(frozen=True)
class Response:
    """Times from release to result in nanoseconds, of the jobs that have one."""

    p50_ns: int
    p95_ns: int
    p99_ns: int
    max_ns: int


@dataclass(frozen=True)
class Summary:
    """Counts and response times of a task's jobs, or of a set's."""

    name: str
    released: int
    on_time: int
    late: int
    superseded: int
    discarded: int
    failed: int
    #: None where no job has a result.
    response: Response | None

    @property
    def miss_ratio(self) -> float:
        """The part of the released jobs that were not on time; 0 without jobs."""
        return 1.0 - self.on_time / self.released if self.released else 0.0


def summarize(name: str, jobs: Iterable[SimulatedJob]) -> Summary:
    """Sum the jobs up under a name."""
    outcomes: Counter[Outcome] = Counter()
    responses = []
    for job in jobs:
        outcomes[job.outcome] += 1
        if job.outcome.finished:
            responses.append(job.finish_ns - job.release_ns)
    return Summary(
        name,
        outcomes.total(),
        outcomes[Outcome.ON_TIME],
        outcomes[Outcome.LATE],
        outcomes[Outcome.SUPERSEDED],
        outcomes[Outcome.DISCARDED],
        outcomes[Outcome.FAILED],
        _response(sorted(responses)),
    )


def summarize_tasks(
    tasks: Iterable[str], jobs: Iterable[SimulatedJob]
) -> tuple[Summary, ...]:
    """Sum the jobs of each of some tasks up, in the order of their names."""
    of_task: dict[str, list[SimulatedJob]] = {name: [] for name in tasks}
    for job in jobs:
        of_task[job.task].append(job)
    return tuple(summarize(name, of_task[name]) for name in sorted(of_task))


def _response(ascending: Sequence[int]) -> Response | None:
    if not ascending:
        return None
    p50, p95, p99 = (quantile(ascending, share) for share in (0.5, 0.95, 0.99))
    return Response(p50, p95, p99, ascending[-1])
