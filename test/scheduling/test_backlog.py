# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The quick bound never lets a stage start that the forecast would have held back."""

import pytest

from rtmdl_ros.scheduling import guard
from rtmdl_ros.scheduling.backlog import meets_all
from rtmdl_ros.scheduling.jobs import LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import fixed_priority
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.simulation.task_sets import random_slow_downs, random_task_set
from rtmdl_ros.workload.records import Policy, Resource, Stage, Task

LANE = Resource.ACCELERATOR


def task(name, priority, worst_ns, period_ns):
    return Task(name, (Stage('net', LANE, 1, worst_ns),), period_ns, period_ns, priority)


def live_job(live, release_ns):
    key = fixed_priority(live.task, release_ns, release_ns + live.task.deadline_ns, 0)
    deadline_ns = release_ns + live.task.deadline_ns
    return LiveJob(0, live, live.task, live.base, deadline_ns, key)


@pytest.mark.parametrize(
    ('free_ns', 'expected'),
    [
        (50, True),  # all is done before the urgent task comes
        (80, True),  # it waits 10 ns and ends at its deadline
        (81, False),  # it would be late
        (300, False),
    ],
)
def test_an_expected_job_must_be_on_time(free_ns, expected):
    urgent, other = LiveTask(task('urgent', 2, 20, 30)), LiveTask(task('other', 1, 5, 500))
    urgent.next_release_ns = 70
    candidate = live_job(other, 0)
    assert meets_all(candidate, [urgent, other], fixed_priority, 0, free_ns) is expected


def test_a_waiting_job_delays_one_that_is_expected_later():
    urgent, middle = LiveTask(task('urgent', 3, 20, 30)), LiveTask(task('middle', 2, 40, 200))
    candidate = live_job(LiveTask(task('other', 1, 5, 500)), 0)
    middle.fresh = live_job(middle, 0)
    urgent.next_release_ns = 51
    tasks = [middle, urgent]
    # Until 50 ns the middle one is done, before the urgent task comes.
    assert meets_all(candidate, tasks, fixed_priority, 0, 10)
    # Until 52 it is not; with the urgent one first, at 71, it is done at 111.
    assert meets_all(candidate, tasks, fixed_priority, 0, 12)
    middle.fresh.deadline_ns = 110
    assert not meets_all(candidate, tasks, fixed_priority, 0, 12)


def test_a_task_that_stopped_delays_nobody():
    urgent, other = LiveTask(task('urgent', 2, 20, 30)), LiveTask(task('other', 1, 5, 500))
    urgent.next_release_ns = 70
    candidate = live_job(other, 0)
    forgotten_ns = 70 + urgent.period_ns
    assert not meets_all(candidate, [urgent, other], fixed_priority, forgotten_ns - 1, 10_000)
    assert meets_all(candidate, [urgent, other], fixed_priority, forgotten_ns, 10_000)


@pytest.mark.parametrize('lanes', [1, 2, 3])
@pytest.mark.parametrize('policy', [Policy.FIXED_PRIORITY, Policy.EDF])
def test_decisions_are_those_of_the_forecast(lanes, policy, monkeypatch):
    def schedules():
        for seed in range(6):
            tasks = random_task_set(seed, 5, 0.5 + 0.2 * seed)
            settings = SchedulerSettings(
                policy, 1 + seed % 2, lanes, slow_downs=random_slow_downs(seed, tasks)
            )
            yield simulate(tasks, settings, duration_ns=10**9, seed=seed)

    quick = list(schedules())
    monkeypatch.setattr(guard, 'meets_all', lambda *_: False)
    assert list(schedules()) == quick
