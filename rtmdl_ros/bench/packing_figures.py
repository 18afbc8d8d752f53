# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What two lanes give over one: throughput and the urgent task's misses, from reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.units import NS_PER_S

#: How the lanes are used: one alone, or two with and without the guard.
SERIAL, GUARDED, GREEDY = 'serial', 'guarded', 'greedy'
MODES = (SERIAL, GUARDED, GREEDY)


@dataclass(frozen=True)
class RunFigures:
    """One run of a mode."""

    #: Jobs finished, on time or late, in a second.
    finished_per_s: float
    #: Of the more urgent task.
    urgent_jobs: int
    urgent_missed: int


@dataclass(frozen=True)
class ModeFigures:
    """All runs of a mode."""

    mode: str
    #: Jobs finished in a second by those of the serial run of the same round.
    ratios: tuple[float, ...]
    finished_per_s: float
    urgent_miss_ratio: float

    @property
    def ratio(self) -> float:
        """Median of the ratios."""
        return median(self.ratios)


def order_of(round_number: int) -> tuple[str, ...]:
    """Return the modes in the order of a round: every other one goes backwards."""
    return MODES if round_number % 2 == 0 else MODES[::-1]


def run_figures(reports: Sequence[JobReport], urgent: str, seconds: float) -> RunFigures:
    """Count what had finished `seconds` after the first release; misses are those of all jobs."""
    end_ns = min(report.release_ns for report in reports) + round(seconds * NS_PER_S)
    finished = sum(report.finished and report.finish_ns <= end_ns for report in reports)
    own = [report for report in reports if report.task == urgent]
    missed = sum(report.missed for report in own)
    return RunFigures(finished / seconds, len(own), missed)


def mode_figures(rounds: Sequence[dict[str, RunFigures]]) -> tuple[ModeFigures, ...]:
    """Sum up rounds, each with a run of every mode."""
    rows = []
    for mode in MODES:
        runs = [each[mode] for each in rounds]
        jobs = sum(run.urgent_jobs for run in runs)
        rows.append(
            ModeFigures(
                mode,
                tuple(
                    each[mode].finished_per_s / max(1e-9, each[SERIAL].finished_per_s)
                    for each in rounds
                ),
                median(run.finished_per_s for run in runs),
                sum(run.urgent_missed for run in runs) / jobs if jobs else 0.0,
            )
        )
    return tuple(rows)
