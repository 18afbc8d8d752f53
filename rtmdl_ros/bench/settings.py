# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A policy made ready for a scenario: its variants and priorities, tasks and scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import mean

from rtmdl_ros.bench.cameras import frame_times
from rtmdl_ros.bench.contenders import Base, Contender
from rtmdl_ros.bench.ladders import Ladders
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.bench.shares import shares_of
from rtmdl_ros.bench.simulated_task import simulated_task
from rtmdl_ros.bench.workloads import RunnableTask
from rtmdl_ros.planning.candidate import (
    Candidate,
    deadline_monotonic,
    number_of_candidates,
    rate_monotonic,
)
from rtmdl_ros.planning.demand import mean_ns
from rtmdl_ros.planning.plan import as_run, resident_variants
from rtmdl_ros.planning.problem import Problem
from rtmdl_ros.planning.search import search
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.runtime.real_time import usable_cores
from rtmdl_ros.scheduling.choice import FULL
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import Episode, SimulatedJob
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.workload.records import LatePolicy, Policy, Resource

_SEEDS = range(3)


@dataclass(frozen=True)
class Setting:
    """A policy, ready to be run or simulated on a scenario."""

    contender: Contender
    tasks: tuple[RunnableTask, ...]
    scheduler: SchedulerSettings
    #: What the tasks' times come from.
    profile: Profile

    @property
    def late(self) -> LatePolicy:
        """What becomes of jobs that can no longer be on time."""
        return self.tasks[0].task.late

    @property
    def late_words(self) -> str:
        """The same for people to read."""
        return self.late.value

    @property
    def lanes(self) -> int:
        """How many networks run side by side."""
        return self.scheduler.lanes

    @property
    def urgent(self) -> str:
        """The task that goes before all others; '': the policy knows none."""
        if self.contender.policy is not Policy.FIXED_PRIORITY:
            return ''
        return max(self.tasks, key=lambda each: each.task.priority).task.name

    def in_words(self) -> str:
        """Return the foreseen variants, the most urgent task first."""
        ordered = sorted(self.tasks, key=lambda each: -each.task.priority)
        return ', then '.join(f'{each.task.name} {each.task.base}' for each in ordered)


def setting_of(
    contender: Contender, scenario: Scenario, ladders: Ladders, planning_s: float
) -> Setting:
    """Choose variants and priorities, and what is open, for a policy.

    `ladders` are cut or whole, and as slow, as the policy has them. Planning takes `planning_s`
    seconds at most.
    """
    problem = Problem(
        scenario.planned_tasks(late=contender.late or LatePolicy.DISCARD),
        ladders.profile,
        contender.policy,
        contender.packing,
        lanes=contender.lanes,
        run_time_choice=contender.run_time_choice,
    )
    candidate = _candidate(contender, problem, planning_s)
    settings = [
        Setting(
            contender,
            tasks_of(problem, candidate, ladders, late),
            problem.scheduler,
            ladders.profile,
        )
        for late in ([contender.late] if contender.late else list(LatePolicy))
    ]
    if len(settings) == 1:
        return settings[0]
    return max(settings, key=lambda each: expected_on_time_accuracy(each, scenario))


def _candidate(contender: Contender, problem: Problem, planning_s: float) -> Candidate:
    largest = tuple(len(allowed) - 1 for allowed in problem.allowed)
    if contender.base is Base.LARGEST or number_of_candidates(problem) == 1:
        return Candidate(largest, rate_monotonic(problem))
    if contender.base is Base.SMALLEST:
        return Candidate((0,) * len(largest), rate_monotonic(problem))
    if contender.base is Base.PLANNED:
        return search(problem, seconds=planning_s).best
    part = FULL * problem.lanes / len(problem.tasks)
    variants = []
    for task, allowed in zip(problem.tasks, problem.allowed, strict=True):
        loads = [mean_ns(each, Resource.ACCELERATOR) / task.period_ns for each in allowed]
        variants.append(max((i for i, load in enumerate(loads) if load <= part), default=0))
    return Candidate(tuple(variants), deadline_monotonic(problem))


def tasks_of(
    problem: Problem, candidate: Candidate, ladders: Ladders, late: LatePolicy
) -> tuple[RunnableTask, ...]:
    """Return the tasks of a candidate; all have variants, so that reports tell which was used."""
    resident = resident_variants(problem, candidate)
    priorities = candidate.priorities()
    # As in the node: the other policies know no task that is always the most urgent one.
    most = max(priorities) if problem.policy is Policy.FIXED_PRIORITY else None
    tasks = []
    for index, planned in enumerate(problem.tasks):
        base = problem.allowed[index][candidate.variants[index]].name
        variants = [each.variant() for each in resident[index]]
        task = as_run(replace(planned, late=late), variants, base, priorities[index], chooses=True)
        urgent = priorities[index] == most
        pipelines = (ladders.urgent if urgent else ladders.pipelines)[planned.function]
        stages = {
            each.name: tuple(stage.run for stage in pipelines[each.name].stages)
            for each in task.variants
        }
        tasks.append(RunnableTask(task, planned.function, stages))
    return tuple(tasks)


def expected_on_time_accuracy(setting: Setting, scenario: Scenario) -> float:
    """Return what simulation expects of a setting, 0 to 1; deadlines stay as they are there."""
    accuracies = task_accuracies(setting.profile, scenario)
    return mean(
        shares_of(simulated(setting, scenario, seed), accuracies).on_time_accuracy
        for seed in _SEEDS
    )


def task_accuracies(profile: Profile, scenario: Scenario) -> dict[tuple[str, str], float]:
    """Return the accuracy of each variant by task and name."""
    return {
        (task, variant.name): variant.accuracy
        for task, function in scenario.functions.items()
        for variant in profile.functions[function]
    }


def simulated(setting: Setting, scenario: Scenario, seed: int) -> tuple[SimulatedJob, ...]:
    """Simulate a setting on the frames of a scenario; its hogs make stages slower."""
    arrivals: dict[str, list[int]] = {each.task.name: [] for each in setting.tasks}
    for time_ns, camera in frame_times(scenario.cameras(), scenario.duration_ns):
        for name in camera.tasks_at(time_ns):
            if name in arrivals:
                arrivals[name].append(time_ns)
    episodes = [
        Episode(phase.start_ns, phase.end_ns, slowness=hog_slowness(setting.lanes, phase.hogs))
        for phase in scenario.phases()
    ]
    return simulate(
        [simulated_task(each, setting.profile, arrivals) for each in setting.tasks],
        setting.scheduler,
        duration_ns=scenario.duration_ns,
        seed=seed,
        episodes=episodes,
    )


def hog_slowness(lanes: int, hogs: int) -> float:
    """Return how many times as long stages are believed to take beside hogs: cores shared out."""
    return max(1.0, (lanes + hogs) / len(usable_cores())) if hogs else 1.0


def slowed(ladders: Ladders, slowness: Mapping[Resource, float]) -> Ladders:
    """Return the same on a machine whose stages take so many times as long."""
    return replace(ladders, profile=ladders.profile.slowed(slowness))
