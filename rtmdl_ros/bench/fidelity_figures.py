# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From a run's reports to its simulation, and from both to their differences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rtmdl_ros.bench.workloads import Workload
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.simulation.records import SimulatedJob, SimulatedTask, StageTimes
from rtmdl_ros.simulation.summary import Summary, summarize, summarize_tasks
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_MS

#: (function, stage) -> how long it took, in nanoseconds.
Samples = Mapping[tuple[str, str], StageTimes]
#: Where what comes before a stage counts as part of it, as at run time (`scheduling.slowness`).
HANDED_OVER = (Resource.ACCELERATOR,)
#: What all tasks together are called.
ALL = 'all'

#: Points of the miss ratio between simulation and reality: mean and worst of the workloads.
MEAN_POINTS, WORST_POINTS = 3.0, 8.0
#: Part by which a simulated p95 may be off in a workload.
P95_OFF = 0.2


@dataclass(frozen=True)
class Behaviour:
    """What became of jobs."""

    jobs: int
    #: Part of the jobs, 0 to 1.
    miss_ratio: float
    #: Of the response times of jobs with a result; None without any.
    p95_ms: float | None


@dataclass(frozen=True)
class Comparison:
    """The same tasks in reality and in simulation."""

    real: Behaviour
    simulated: Behaviour

    @property
    def points(self) -> float:
        """Simulated minus real miss ratio, in percentage points."""
        return 100.0 * (self.simulated.miss_ratio - self.real.miss_ratio)

    @property
    def p95_ratio(self) -> float | None:
        """Simulated / real p95; None where one of them has no result."""
        if self.real.p95_ms is None or self.simulated.p95_ms is None:
            return None
        return self.simulated.p95_ms / self.real.p95_ms


@dataclass(frozen=True)
class Verdict:
    """Whether the targets are met, over all workloads."""

    mean_points: float
    worst_points: float
    #: The p95 ratio that is farthest from 1.
    worst_p95_ratio: float

    @property
    def met(self) -> bool:
        """All three are within their limits."""
        return (
            self.mean_points <= MEAN_POINTS
            and self.worst_points <= WORST_POINTS
            and abs(self.worst_p95_ratio - 1.0) <= P95_OFF
        )


def stage_samples(
    workload: Workload,
    reports: Iterable[JobReport],
    handing_over: Collection[Resource] = HANDED_OVER,
) -> Samples:
    """Collect stage times by function: tasks of one function compute the same.

    On the resources in `handing_over` the time before a stage in which its job neither ran nor
    waited counts as well. A stage that no job came to, under overload, has the least time that it
    took alone.
    """
    functions = {each.task.name: each.function for each in workload.tasks}
    stages = {(e.function, stage.name): stage for e in workload.tasks for stage in e.task.stages}
    taken: dict[tuple[str, str], list[int]] = {key: [] for key in stages}
    for report in reports:
        for span, more_ns in zip(report.spans, hand_overs(report), strict=True):
            key = functions[report.task], span.stage
            more = stages[key].resource in handing_over
            taken[key].append(span.duration_ns + (more_ns if more else 0))
    return {key: tuple(own) or (stages[key].optimistic_ns,) for key, own in taken.items()}


def hand_overs(report: JobReport) -> list[int]:
    """Return for each stage that ran the nanoseconds before it that are neither stage nor wait.

    What threads and lock take: from release or end of the stage before until the scheduler knows
    of it, and from its decision until the stage begins.
    """
    extra_ns = []
    ready_ns = report.release_ns
    for span in report.spans:
        waited_ns = sum(w.end_ns - w.start_ns for w in report.waits if w.stage == span.stage)
        extra_ns.append(max(0, span.start_ns - ready_ns - waited_ns))
        ready_ns = span.end_ns
    return extra_ns


def simulated_tasks(workload: Workload, samples: Samples) -> tuple[SimulatedTask, ...]:
    """Return the tasks of a workload as the simulation takes them, released as by its cameras."""
    offsets = {name: camera.offset_ns for camera in workload.cameras for name in camera.tasks}
    return tuple(
        SimulatedTask(
            each.task,
            tuple(samples[each.function, stage.name] for stage in each.task.stages),
            offsets[each.task.name],
        )
        for each in workload.tasks
    )


def behaviours_of_reports(reports: Sequence[JobReport]) -> dict[str, Behaviour]:
    """Return what became of each task in reality, and of ALL."""
    # By the simulation's own summary: both sides must be counted alike.
    return behaviours(
        [
            SimulatedJob(
                report.job_id, report.task, report.outcome, report.release_ns,
                report.deadline_ns, report.finish_ns, report.reason, report.detail, (),
            )
            for report in reports
        ]
    )  # fmt: skip


def behaviours(jobs: Sequence[SimulatedJob]) -> dict[str, Behaviour]:
    """Return what became of each task, and of ALL."""
    tasks = {job.task for job in jobs}
    summaries = (*summarize_tasks(tasks, jobs), summarize(ALL, jobs))
    return {summary.name: _behaviour(summary) for summary in summaries}


def _behaviour(summary: Summary) -> Behaviour:
    response = summary.response
    p95_ms = None if response is None else response.p95_ns / NS_PER_MS
    return Behaviour(summary.released, summary.miss_ratio, p95_ms)


def verdict(comparisons: Sequence[Comparison]) -> Verdict:
    """Judge the comparisons of whole workloads, at least one."""
    points = [abs(each.points) for each in comparisons]
    ratios = [each.p95_ratio for each in comparisons if each.p95_ratio is not None]
    worst_ratio = max(ratios, key=lambda ratio: abs(ratio - 1.0), default=1.0)
    return Verdict(sum(points) / len(points), max(points), worst_ratio)
