# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run's tasks, and their JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rtmdl_ros.evidence.recording import TaskRecording
from rtmdl_ros.evidence.scoring import Score, score
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.accuracy import mean_accuracy
from rtmdl_ros.workload.detection import RIGHT_IOU
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_MS

#: Overlaps at which detections are scored; signs and lights are small, some boxes a bit off.
LEAST_IOUS = (RIGHT_IOU, 0.3)


@dataclass(frozen=True)
class Quantiles:
    """Nearest-rank quantiles over the finished jobs, milliseconds; 0 for none."""

    jobs: int
    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class TaskResult:
    """One task over the whole run."""

    task: str
    #: The planned one, and with which the answers were given, the most frequent first.
    variant: str
    variants: tuple[tuple[str, int], ...]
    #: Of the answers, by the accuracies of their variants; 0 if there are none.
    expected_accuracy: float
    deadline_ms: float
    released: int
    on_time: int
    late: int
    superseded: int
    discarded: int
    failed: int
    response_ms: Quantiles
    #: Response time minus the times of the job's own stages: waiting and hand-overs.
    added_ms: Quantiles
    #: One for each of LEAST_IOUS; none where nobody knows what is really in the frames.
    scores: tuple[Score, ...]

    @property
    def miss_ratio(self) -> float:
        """Misses / released, 0 to 1."""
        return (self.released - self.on_time) / max(1, self.released)

    @property
    def last_only(self) -> bool:
        """Whether variants and times are of the last answers alone, as a trace keeps no more."""
        return self.response_ms.jobs < self.on_time + self.late


def task_result(
    task: str,
    variant: str,
    deadline_ms: float,
    released: int,
    outcomes: Mapping[Outcome, int],
    reports: Sequence[JobReport],
    accuracies: Mapping[tuple[str, str], float],
    recording: TaskRecording,
) -> TaskResult:
    """Return the figures of a task with a planned variant from its counters and reports.

    `accuracies` are what is expected of each variant, by task and variant.
    """
    chosen = variants_chosen(reports, task)
    return TaskResult(
        task=task,
        variant=variant,
        variants=chosen,
        expected_accuracy=expected_accuracy(task, chosen, accuracies),
        deadline_ms=deadline_ms,
        released=released,
        on_time=outcomes[Outcome.ON_TIME],
        late=outcomes[Outcome.LATE],
        superseded=outcomes[Outcome.SUPERSEDED],
        discarded=outcomes[Outcome.DISCARDED],
        failed=outcomes[Outcome.FAILED],
        response_ms=response_times(reports, task),
        added_ms=added_times(reports, task),
        scores=tuple(score(recording, iou) for iou in LEAST_IOUS) if recording.truth_known else (),
    )


def miss_ratio(tasks: Sequence[TaskResult]) -> float:
    """Return misses / released of all tasks together, 0 to 1."""
    released = sum(task.released for task in tasks)
    return (released - sum(task.on_time for task in tasks)) / max(1, released)


def response_times(reports: Sequence[JobReport], task: str) -> Quantiles:
    """Return the response times of the jobs of a task that finished, on time or late."""
    return _quantiles([r.response_ns for r in reports if r.task == task and r.finished])


def added_times(reports: Sequence[JobReport], task: str) -> Quantiles:
    """Return what waiting and hand-overs added to the stages of the jobs that finished."""
    return _quantiles(
        [r.response_ns - r.stages_ns for r in reports if r.task == task and r.finished]
    )


def _quantiles(times_ns: Sequence[int]) -> Quantiles:
    ordered = sorted(times_ns)
    if not ordered:
        return Quantiles(0, 0.0, 0.0, 0.0, 0.0)
    p50, p95, p99, longest = (quantile(ordered, q) / NS_PER_MS for q in (0.5, 0.95, 0.99, 1.0))
    return Quantiles(len(ordered), p50, p95, p99, longest)


def lane_utilization(reports: Sequence[JobReport], lanes: int) -> float:
    """Return the share of time, from first release to last end, that lanes executed stages."""
    if not reports:
        return 0.0
    span_ns = max(r.finish_ns for r in reports) - min(r.release_ns for r in reports)
    busy_ns = sum(span.duration_ns for r in reports for span in r.spans if span.on_lane)
    return busy_ns / max(1, span_ns * lanes)


def variants_chosen(reports: Sequence[JobReport], task: str) -> tuple[tuple[str, int], ...]:
    """Return how many jobs of a task were answered with each variant, the most frequent first."""
    answered = (r.variant for r in reports if r.task == task and r.finished)
    return tuple(Counter(answered).most_common())


def expected_accuracy(
    task: str, variants: Sequence[tuple[str, int]], accuracies: Mapping[tuple[str, str], float]
) -> float:
    """Return the mean accuracy of jobs of a task, as (variant, count)."""
    return mean_accuracy(variants, {v: a for (name, v), a in accuracies.items() if name == task})


def task_json(task: TaskResult) -> dict[str, Any]:
    """Return a task's figures as JSON-able data; ratios that have no value are null."""
    return {
        'variant': task.variant,
        'variants': dict(task.variants),
        'expected_accuracy': task.expected_accuracy,
        'deadline_ms': task.deadline_ms,
        'released': task.released,
        'on_time': task.on_time,
        'late': task.late,
        'superseded': task.superseded,
        'discarded': task.discarded,
        'failed': task.failed,
        'miss_ratio': task.miss_ratio,
        # Of so many answers, the last ones, are variants, expected accuracy and times.
        'answers_traced': task.response_ms.jobs,
        'response_ms': _quantiles_json(task.response_ms),
        'added_ms': _quantiles_json(task.added_ms),
        'accuracy': {f'iou_{each.least_iou:g}': score_json(each) for each in task.scores},
    }


def _quantiles_json(times: Quantiles) -> dict[str, float]:
    return {'p50': times.p50, 'p95': times.p95, 'p99': times.p99, 'max': times.max}


def score_json(each: Score) -> dict[str, Any]:
    """Return a score as JSON-able data; ratios that have no value are null."""
    return {
        'objects': each.objects,
        'objects_answered': each.objects_answered,
        'detections': each.detections,
        'correct': each.correct,
        'precision': each.precision,
        'recall_answered': each.recall_answered,
        'f1_answered': each.f1_answered,
        'recall_on_time': each.recall_on_time,
    }
