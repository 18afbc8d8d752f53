# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of policies on a scenario, and their JSON."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rtmdl_ros.bench.callbacks import CALLBACKS
from rtmdl_ros.bench.cameras import frame_times
from rtmdl_ros.bench.contenders import ORACLE, OURS
from rtmdl_ros.bench.contest import Contest, Runs
from rtmdl_ros.bench.contest_scores import score_of
from rtmdl_ros.bench.intervals import Interval, median_interval
from rtmdl_ros.bench.labelled_frames import Truth
from rtmdl_ros.bench.shares import shares_of
from rtmdl_ros.evidence.figures import (
    Quantiles,
    expected_accuracy,
    lane_utilization,
    response_times,
    score_json,
    variants_chosen,
)
from rtmdl_ros.evidence.scoring import Score
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_MS, NS_PER_S

_Accuracies = Mapping[tuple[str, str], float]
MISSED, RIGHT = 'miss_ratio', 'on_time_accuracy'
WORST, ANSWERS, BUSY = 'worst_miss_ratio', 'answer_accuracy', 'accelerator_utilization'
#: What is known of each round, from 0 to 1: misses by released jobs; the expected share of right
#: answers, missed jobs counting as wrong; the misses of the task that misses most; the expected
#: share of right ones among the answers given, late ones among them; how busy the lanes were.
SHARES = (MISSED, RIGHT, WORST, ANSWERS, BUSY)


@dataclass(frozen=True)
class TaskFigures:
    """A task in all runs of a policy together; shares from 0 to 1."""

    outcomes: Mapping[Outcome, int]
    #: How many answers each variant gave, late ones among them.
    variants: Mapping[str, int]
    miss_ratio: float
    on_time_accuracy: float
    answer_accuracy: float
    response_ms: Quantiles
    #: Against labels; None where there are none.
    score: Score | None


@dataclass(frozen=True)
class PhaseFigures:
    """The jobs released in a phase, of all runs of a policy together."""

    #: Seconds after the start of a run.
    start_s: float
    end_s: float
    released: int
    #: From 0 to 1; None without jobs.
    miss_ratio: float | None
    on_time_accuracy: float | None


@dataclass(frozen=True)
class PolicyFigures:
    """A policy: medians over the rounds of shares from 0 to 1."""

    policy: str
    #: Not run, only simulated.
    simulated: bool
    late: str
    plan: str
    #: By their names in SHARES.
    shares: Mapping[str, Interval]
    #: The most urgent task and what it misses; '' and None: the policy knows none.
    urgent: str
    urgent_missed: Interval | None
    #: On-time accuracy: what ours has more, round by round.
    gain: Interval | None
    #: What it misses more than ours, round by round.
    more_missed: Interval | None
    tasks: Mapping[str, TaskFigures]
    phases: tuple[PhaseFigures, ...]


def figures_of(contest: Contest) -> tuple[PolicyFigures, ...]:
    """Sum up all policies of a contest."""
    rounds = {
        runs.policy: [_round(jobs, runs.lanes, contest.accuracies) for jobs in runs.rounds]
        for runs in contest.policies
    }
    return tuple(
        _policy(contest, runs, rounds, tuple(_phases(contest, runs)))
        for runs in contest.policies
    )


def baseline_of(figures: Sequence[PolicyFigures]) -> str:
    """Return the best of what teams do, by on-time accuracy; '': none of them was run."""
    teams = [each for each in figures if each.policy in CALLBACKS]
    best = max(teams, key=lambda each: each.shares[RIGHT].median, default=None)
    return best.policy if best else ''


def _phases(contest: Contest, runs: Runs) -> Iterator[PhaseFigures]:
    """Yield what became of the jobs of each phase, that in which their frames were due."""
    scenario = contest.scenario
    frames = frame_times(scenario.cameras(), scenario.duration_ns)
    due_ns = [time_ns for time_ns, camera in frames if camera.tasks_at(time_ns)]
    jobs: list[tuple[int, JobReport]] = []
    for each in runs.rounds:
        start_ns = min(job.release_ns for job in each) - due_ns[0]
        jobs += [(_nearest(due_ns, job.release_ns - start_ns), job) for job in each]
    for phase in scenario.phases():
        own = [job for time_ns, job in jobs if phase.start_ns <= time_ns < phase.end_ns]
        shares = shares_of(own, contest.accuracies) if own else None
        yield PhaseFigures(
            phase.start_ns / NS_PER_S,
            phase.end_ns / NS_PER_S,
            len(own),
            shares.miss_ratio if shares else None,
            shares.on_time_accuracy if shares else None,
        )


def _nearest(rising: Sequence[int], value: int) -> int:
    after = bisect(rising, value)
    return min(rising[max(0, after - 1) : after + 1], key=lambda each: abs(each - value))


def _round(jobs: Sequence[JobReport], lanes: int, accuracies: _Accuracies) -> dict[str, float]:
    shares = shares_of(jobs, accuracies)
    answers = [accuracies[job.task, job.variant] for job in jobs if job.finished]
    released = Counter(job.task for job in jobs)
    missed = Counter(job.task for job in jobs if job.missed)
    return {
        MISSED: shares.miss_ratio,
        RIGHT: shares.on_time_accuracy,
        WORST: max(missed[task] / count for task, count in released.items()),
        ANSWERS: sum(answers) / max(1, len(answers)),
        BUSY: lane_utilization(jobs, lanes),
    }


def _policy(
    contest: Contest,
    runs: Runs,
    rounds: Mapping[str, Sequence[Mapping[str, float]]],
    phases: tuple[PhaseFigures, ...],
) -> PolicyFigures:
    own = rounds[runs.policy]
    gain = more_missed = None
    if OURS in rounds and runs.policy != OURS:
        pairs = list(zip(rounds[OURS], own, strict=True))
        gain = median_interval([a[RIGHT] - b[RIGHT] for a, b in pairs])
        more_missed = median_interval([b[MISSED] - a[MISSED] for a, b in pairs])
    jobs = [job for each in runs.rounds for job in each]
    urgent_missed = None
    if runs.urgent:
        urgent = [[job for job in each if job.task == runs.urgent] for each in runs.rounds]
        urgent_missed = median_interval(
            [sum(job.missed for job in each) / max(1, len(each)) for each in urgent]
        )
    functions = contest.scenario.functions
    truths = {task: contest.truths.get(function, ()) for task, function in functions.items()}
    return PolicyFigures(
        runs.policy,
        runs.policy == ORACLE,
        runs.late,
        runs.plan,
        {name: median_interval([each[name] for each in own]) for name in SHARES},
        runs.urgent,
        urgent_missed,
        gain,
        more_missed,
        {
            task: _task(jobs, task, contest.accuracies, truths[task])
            for task in sorted({job.task for job in jobs})
        },
        phases,
    )


def _task(
    jobs: Sequence[JobReport],
    task: str,
    accuracies: _Accuracies,
    truths: Sequence[Truth | None],
) -> TaskFigures:
    own = [job for job in jobs if job.task == task]
    shares = shares_of(own, accuracies)
    chosen = variants_chosen(own, task)
    return TaskFigures(
        Counter(job.outcome for job in own),
        dict(chosen),
        shares.miss_ratio,
        shares.on_time_accuracy,
        expected_accuracy(task, chosen, accuracies),
        response_times(own, task),
        score_of(task, own, truths) if truths else None,
    )


def as_json(contest: Contest, figures: Sequence[PolicyFigures], rounds: int) -> dict[str, Any]:
    """Return a contest as JSON-able data.

    With one round intervals are null, below `LEAST_ROUNDS` the least and the most of the rounds.
    """
    scenario = contest.scenario
    return {
        'workload': scenario.spec.name,
        'note': scenario.spec.note,
        'device': device_name(),
        'duration_s': scenario.seconds,
        'seed': 0,
        'rounds': rounds,
        'utilization': scenario.utilization,
        'periods_ms': {name: ns / NS_PER_MS for name, ns in scenario.periods_ns.items()},
        'slowness': dict(contest.slowness),
        'baseline': baseline_of(figures) or None,
        'policies': {each.policy: _policy_json(each) for each in figures},
    }


def _policy_json(each: PolicyFigures) -> dict[str, Any]:
    intervals = {
        **each.shares,
        'urgent_miss_ratio': each.urgent_missed,
        'gain': each.gain,
        'more_missed': each.more_missed,
    }
    return {
        'simulated': each.simulated,
        'late': each.late,
        'plan': each.plan,
        'urgent_task': each.urgent or None,
        **{name: interval and interval.median for name, interval in intervals.items()},
        'intervals': {
            name: interval and [interval.low, interval.high]
            for name, interval in intervals.items()
        },
        'phases': [asdict(phase) for phase in each.phases],
        'tasks': {name: _task_json(task) for name, task in each.tasks.items()},
    }


def _task_json(task: TaskFigures) -> dict[str, Any]:
    response = asdict(task.response_ms)
    del response['jobs']
    return {
        'released': sum(task.outcomes.values()),
        **{outcome.value: task.outcomes.get(outcome, 0) for outcome in Outcome},
        'miss_ratio': task.miss_ratio,
        'on_time_accuracy': task.on_time_accuracy,
        'answer_accuracy': task.answer_accuracy,
        'variants': dict(task.variants),
        'response_ms': response,
        **({'labels': score_json(task.score)} if task.score else {}),
    }
