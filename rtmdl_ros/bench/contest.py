# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Runs policies on a scenario, round by round, so that a noisy machine hits all alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from rtmdl_ros.bench.callback_run import run_callbacks
from rtmdl_ros.bench.callbacks import CALLBACKS, CallbackSetting, callback_setting
from rtmdl_ros.bench.cameras import LEAD_NS, frame_times
from rtmdl_ros.bench.command import Advance, ExperimentError, Tell
from rtmdl_ros.bench.contenders import CONTENDERS, ORACLE, OURS
from rtmdl_ros.bench.contest_scores import reply_of
from rtmdl_ros.bench.hog import hog_at
from rtmdl_ros.bench.labelled_frames import Truth
from rtmdl_ros.bench.ladders import Ladders
from rtmdl_ros.bench.oracle import foreseen, oracle_of
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.bench.settings import Setting, setting_of, slowed, task_accuracies
from rtmdl_ros.bench.slowness import slowness_of
from rtmdl_ros.bench.workloads import Workload, run_workload
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_S

#: Length of the run from which it is known how long stages take beside each other.
_SETTLING_S = 4.0


@dataclass(frozen=True)
class Field:
    """What all runs of a machine share."""

    cut: Ladders
    whole: Ladders
    frames: Sequence[Frame]
    #: What is in each frame, by function; none: nobody knows.
    truths: Mapping[str, Sequence[Truth | None]]
    zoo_dir: Path
    cache_dir: Path


@dataclass(frozen=True)
class Effort:
    """How long and how often policies are run."""

    rounds: int
    #: Seconds for the search of each plan.
    planning_s: float


@dataclass(frozen=True)
class Runs:
    """All runs of a policy, the jobs of each round."""

    policy: str
    lanes: int
    rounds: tuple[tuple[JobReport, ...], ...]
    #: What became of jobs that could no longer be on time ('': nothing is done about them), and the
    #: foreseen variants; '' both: various.
    late: str
    plan: str
    #: The most urgent task of all rounds; '': there is none.
    urgent: str = ''


@dataclass(frozen=True)
class Contest:
    """What was run on a scenario."""

    scenario: Scenario
    policies: tuple[Runs, ...]
    #: By task and variant, 0 to 1.
    accuracies: Mapping[tuple[str, str], float]
    #: Ratio of measured to profiled stage times while two lanes were at work, by resource.
    slowness: Mapping[str, float]
    #: See Field.
    truths: Mapping[str, Sequence[Truth | None]] = field(default_factory=dict)


def order_of(names: Sequence[str], round_number: int) -> tuple[str, ...]:
    """Return the policies in the order of a round: each begins one later."""
    first = round_number % len(names)
    return (*names[first:], *names[:first])


def run_contest(
    scenario: Scenario,
    policies: Sequence[str],
    field: Field,
    effort: Effort,
    tell: Tell,
    advance: Advance,
) -> Contest:
    """Plan and run policies by name, see `contenders`; `advance` is told of seconds that ran.

    As in the node, plans are made once more for the times that stages take beside each other: a
    short run tells them. Policies of one lane have the times of the profile. Raises
    ExperimentError for jobs that fail or do not end.
    """
    tell('settling')
    slowness = _settled(scenario, field, effort, advance)
    settings: dict[str, Setting | CallbackSetting] = {}
    for name in policies:
        if name != ORACLE:
            tell(f'planning {name}')
            settings[name] = _setting(name, scenario, field, slowness, effort)
    found: dict[str, list[tuple[JobReport, ...]]] = {name: [] for name in policies}
    for number in range(effort.rounds):
        for name in order_of(list(settings), number):
            tell(f'round {number + 1} of {effort.rounds}: {name}')
            found[name].append(run_setting(settings[name], scenario, field.frames, advance))
    runs = [
        Runs(name, each.lanes, tuple(found[name]), each.late_words, each.in_words(), each.urgent)
        for name, each in settings.items()
    ]
    if ORACLE in policies:
        tell('looking back: oracle')
        oracle = oracle_of(scenario, slowed(field.cut, slowness), effort.planning_s)
        rounds = tuple(foreseen(scenario, oracle, number) for number in range(effort.rounds))
        runs.append(Runs(ORACLE, 2, rounds, '', ''))
    return Contest(
        scenario,
        tuple(sorted(runs, key=lambda each: policies.index(each.policy))),
        task_accuracies(field.cut.profile, scenario),
        {resource.value: slowness[resource] for resource in slowness},
        field.truths,
    )


def settling_s(scenario: Scenario) -> float:
    """Return the length in seconds of the run before all others."""
    return min(_SETTLING_S, scenario.seconds)


def check_frames(scenario: Scenario) -> None:
    """Raise ExperimentError where no frame comes to any task, in a run or before all others."""
    for each in (scenario, scenario.undisturbed(settling_s(scenario))):
        frames = frame_times(each.cameras(), each.duration_ns)
        if not any(camera.tasks_at(time_ns) for time_ns, camera in frames):
            away = dict.fromkeys(a.task for camera in each.cameras() for a in camera.absences)
            shorter = f', or shorten the absence of {", ".join(away)}' if away else ''
            raise ExperimentError(
                f'{scenario.spec.name}, load {scenario.utilization:.2f}: no frame comes to a task '
                f'within {each.seconds:g} s; lengthen --seconds, or have cameras begin sooner'
                f'{shorter}'
            )


def _setting(
    name: str,
    scenario: Scenario,
    field: Field,
    slowness: Mapping[Resource, float],
    effort: Effort,
) -> Setting | CallbackSetting:
    if name in CALLBACKS:
        profile, zoo_dir, cache_dir = field.whole.profile, field.zoo_dir, field.cache_dir
        return callback_setting(CALLBACKS[name], scenario, profile, zoo_dir, cache_dir)
    contender = CONTENDERS[name]
    ladders = field.cut if contender.segments else field.whole
    if contender.lanes > 1:
        ladders = slowed(ladders, slowness)
    return setting_of(contender, scenario, ladders, effort.planning_s)


def _settled(
    scenario: Scenario, field: Field, effort: Effort, advance: Advance
) -> dict[Resource, float]:
    calm = scenario.undisturbed(settling_s(scenario))
    setting = setting_of(CONTENDERS[OURS], calm, field.cut, effort.planning_s)
    functions = scenario.functions
    reports = [
        replace(report, task=functions[report.task])
        for report in run_setting(setting, calm, field.frames, advance)
    ]
    return slowness_of(reports, field.cut.profile)


def run_setting(
    setting: Setting | CallbackSetting,
    scenario: Scenario,
    frames: Sequence[Frame],
    advance: Advance,
) -> tuple[JobReport, ...]:
    """Run a policy once, all that disturbs included; payloads are a Reply. Raises ExperimentError.

    The frames are shown one after the other, each to all tasks of its camera, over and over.
    """
    if isinstance(setting, CallbackSetting):
        return run_callbacks(setting, scenario, frames, advance)
    workload = Workload(setting.tasks, scenario.cameras())
    with ExitStack() as hogs:
        for start_s, length_s in scenario.hogs():
            hogs.enter_context(hog_at(LEAD_NS / NS_PER_S + start_s, length_s))
        return run_workload(
            workload, lambda number: Work(frames[number % len(frames)]), scenario.seconds,
            setting.scheduler, advance, scenario.changes(setting.tasks), reply_of,
        )  # fmt: skip
