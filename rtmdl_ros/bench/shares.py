# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What became of the jobs of a run: how many were missed, and how good answers were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.simulation.records import SimulatedJob


@dataclass(frozen=True)
class Shares:
    """Of all jobs of a run, 0 to 1."""

    miss_ratio: float
    #: Expected share of right answers, late ones counting as wrong.
    on_time_accuracy: float
    #: Of the answers given, late ones among them, by task.
    accuracies: Mapping[str, float]


def shares_of(
    jobs: Sequence[JobReport] | Sequence[SimulatedJob],
    accuracies: Mapping[tuple[str, str], float],
) -> Shares:
    """Return what became of jobs; accuracies by task and variant."""
    right: dict[str, list[float]] = {job.task: [] for job in jobs}
    for job in jobs:
        if job.outcome.finished:
            right[job.task].append(accuracies[job.task, job.variant])
    in_time = [accuracies[job.task, job.variant] for job in jobs if not job.outcome.missed]
    return Shares(
        1.0 - len(in_time) / len(jobs),
        sum(in_time) / len(jobs),
        {task: mean(each) if each else 0.0 for task, each in right.items()},
    )
