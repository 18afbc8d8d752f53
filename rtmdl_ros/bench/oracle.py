# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What could be had with hindsight, in simulation only.

Each phase of a scenario (nothing changes within one) gets the best variants and priorities that a
search finds with its rates, deadlines and hogs known, and is simulated with guarded packing, with
greedy packing, and with variants chosen at run time around it; of the three the one with the
largest on-time accuracy counts. No real machine disturbs it, and no job of one phase is left to
the next. It is no proven bound: a schedule that nobody here knows may be better.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rtmdl_ros.bench.cameras import frame_times
from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.ladders import Ladders
from rtmdl_ros.bench.scenario import Phase, Scenario
from rtmdl_ros.bench.settings import (
    hog_slowness,
    slowed,
    task_accuracies,
    tasks_of,
)
from rtmdl_ros.bench.shares import shares_of
from rtmdl_ros.bench.simulated_task import simulated_task
from rtmdl_ros.bench.workloads import RunnableTask
from rtmdl_ros.evidence.simulated import report_of
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.planning.search import search
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.workload.records import LatePolicy, Packing, Resource

#: Of what is planned and simulated here.
_LANES = 2


@dataclass(frozen=True)
class _Way:
    """One way to get through a phase."""

    tasks: tuple[RunnableTask, ...]
    packing: Packing


@dataclass(frozen=True)
class PhaseOracle:
    """The best that was found for a phase."""

    phase: Phase
    profile: Profile
    ways: tuple[_Way, ...]


def oracle_of(
    scenario: Scenario, ladders: Ladders, planning_s: float
) -> tuple[PhaseOracle, ...]:
    """Search each phase for `planning_s` seconds; a phase without tasks is left out."""
    return tuple(_searched(scenario, phase, ladders, planning_s) for phase in scenario.phases()
                 if phase.deadlines)  # fmt: skip


def _searched(
    scenario: Scenario, phase: Phase, ladders: Ladders, planning_s: float
) -> PhaseOracle:
    slowness = hog_slowness(_LANES, phase.hogs)
    if slowness > 1.0:
        ladders = slowed(ladders, dict.fromkeys(Resource, slowness))
    # A miss costs what it is worth and nothing more.
    wanted = tuple(replace(task, miss_limit=1.0) for task in scenario.planned_tasks(phase))
    problem = Problem(wanted, ladders.profile, lanes=_LANES)
    best = search(problem, seconds=planning_s).best
    chosen = tasks_of(problem, best, ladders, LatePolicy.DISCARD)
    fixed = tasks_of(
        replace(problem, run_time_choice=False), best, ladders, LatePolicy.DISCARD
    )
    ways = (
        _Way(fixed, Packing.GUARDED), _Way(fixed, Packing.GREEDY), _Way(chosen, Packing.GUARDED),
    )  # fmt: skip
    return PhaseOracle(phase, ladders.profile, ways)


def foreseen(
    scenario: Scenario, oracle: tuple[PhaseOracle, ...], seed: int
) -> tuple[JobReport, ...]:
    """Simulate all phases, each in its best way for a seed; returns the jobs as reports.

    Raises ExperimentError where no phase is long enough for a frame.
    """
    reports = tuple(report for part in oracle for report in _best(scenario, part, seed))
    if not reports:
        raise ExperimentError('oracle: no phase is long enough for a frame; lengthen --seconds')
    return reports


def _best(scenario: Scenario, part: PhaseOracle, seed: int) -> tuple[JobReport, ...]:
    accuracies = task_accuracies(part.profile, scenario)
    arrivals_ns = arrivals(scenario, part.phase)
    found = [tuple(_reports(part, way, arrivals_ns, seed)) for way in part.ways]
    if not found[0]:
        return ()
    return max(found, key=lambda jobs: shares_of(jobs, accuracies).on_time_accuracy)


def arrivals(scenario: Scenario, phase: Phase) -> dict[str, list[int]]:
    """Return when the frames of each task come that a run has in a phase, in ns after its start."""
    found: dict[str, list[int]] = {task: [] for task in phase.deadlines}
    for time_ns, camera in frame_times(scenario.cameras(), phase.end_ns):
        for task in camera.tasks_at(time_ns) if time_ns >= phase.start_ns else ():
            found[task].append(time_ns - phase.start_ns)
    return found


def _reports(
    part: PhaseOracle, way: _Way, arrivals_ns: Mapping[str, Sequence[int]], seed: int
) -> Iterator[JobReport]:
    jobs = simulate(
        [simulated_task(each, part.profile, arrivals_ns) for each in way.tasks],
        SchedulerSettings(
            lanes=_LANES, packing=way.packing, slow_downs=part.profile.slow_downs
        ),
        duration_ns=part.phase.end_ns - part.phase.start_ns,
        seed=seed,
    )
    chains = {
        (each.task.name, variant.name): variant.stages
        for each in way.tasks
        for variant in each.task.variants
    }
    bases = {each.task.name: each.task.base for each in way.tasks}
    for job in jobs:
        chain = chains[job.task, job.variant or bases[job.task]]
        yield report_of(job, chain, part.phase.start_ns)
