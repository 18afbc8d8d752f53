# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The core's door: adding, changing and removing tasks, and what it refuses."""

import pytest

from rtmdl_ros.scheduling.commands import EndJob, StartStage, WaitStage, WakeAt
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.errors import (
    DuplicateTaskError,
    JobOrderError,
    StageNotRunningError,
    TimeOrderError,
    UnknownJobError,
    UnknownTaskError,
)
from rtmdl_ros.scheduling.events import (
    JobReleased,
    StageFailed,
    StageFinished,
    TaskAdded,
    TaskChanged,
    TaskRemoved,
)
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Policy, Resource, Stage, Task

PRE, NET = Stage('pre', Resource.CPU), Stage('net', Resource.ACCELERATOR)
TASK = Task('a', (PRE, NET), 100, 100)


@pytest.fixture
def core():
    """A core with one worker, one lane and task a."""
    core = Core(SchedulerSettings())
    assert core.step(0, [TaskAdded(0, TASK)]) == []
    return core


def test_a_release_starts_at_once_on_a_free_executor(core):
    assert core.step(5, [JobReleased(5, 0, 'a')]) == [StartStage(0, 0, 'cpu0')]


def test_a_failed_stage_ends_its_job_and_frees_the_executor(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(1, [JobReleased(1, 1, 'a')])
    assert core.step(9, [StageFailed(9, 0, 0, 'broken')]) == [
        EndJob(0, Outcome.FAILED, 9, Reason.STAGE_FAILED, 'broken'),
        StartStage(1, 0, 'cpu0'),
    ]


def test_the_end_of_a_stage_counts_not_when_it_is_reported(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(50, [StageFinished(50, 0, 0)])
    assert core.step(130, [StageFinished(100, 0, 1)]) == [EndJob(0, Outcome.ON_TIME, 100)]


def test_a_change_counts_for_later_releases_only(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(1, [TaskChanged(1, Task('a', (PRE, NET), 100, 10))])
    core.step(2, [StageFinished(2, 0, 0)])
    assert core.step(100, [StageFinished(100, 0, 1)]) == [EndJob(0, Outcome.ON_TIME, 100)]
    core.step(200, [JobReleased(200, 1, 'a')])
    core.step(201, [StageFinished(201, 1, 0)])
    assert core.step(211, [StageFinished(211, 1, 1)]) == [EndJob(1, Outcome.LATE, 211)]


@pytest.mark.parametrize(('given', 'real'), [(33, 100), (100, 33)])
def test_a_changed_period_counts_from_the_last_release(given, real):
    """Also where frames have not come in the period that was given before."""
    work = Stage('work', Resource.CPU)
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, Task('a', (work,), given, 20))])
    for number in range(8):
        now_ns = number * real
        core.step(now_ns, [JobReleased(now_ns, number, 'a')])
        core.step(now_ns + 1, [StageFinished(now_ns + 1, number, 0)])
    assert core._tasks['a'].next_release_ns == 8 * real
    core.step(now_ns + 2, [TaskChanged(now_ns + 2, Task('a', (work,), 50, 20))])
    assert core._tasks['a'].next_release_ns == 7 * real + 50


def test_a_fresh_job_goes_behind_a_started_one_of_its_task_that_waits_again():
    work = Stage('work', Resource.CPU)
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, Task('a', (PRE, NET, work), 100, 100))])
    core.step(0, [TaskAdded(0, Task('hog', (work,), 100, 100, 9)), JobReleased(0, 0, 'a')])
    assert core.step(1, [StageFinished(1, 0, 0), JobReleased(1, 1, 'hog')]) == [
        StartStage(0, 1, 'lane0'),
        StartStage(1, 0, 'cpu0'),
    ]
    assert core.step(3, [JobReleased(3, 2, 'a')]) == [
        WaitStage(2, 0, Reason.EXECUTORS_BUSY, ''),
        WakeAt(104),
    ]
    assert core.step(5, [StageFinished(5, 0, 1)]) == [
        WaitStage(2, 0, Reason.EARLIER_JOB, 'a'),
        WaitStage(0, 2, Reason.EXECUTORS_BUSY, ''),
        WakeAt(101),
    ]
    assert core.step(11, [StageFinished(11, 1, 0)])[1] == StartStage(0, 2, 'cpu0')


@pytest.mark.parametrize(('before', 'after', 'first'), [(1, 9, 'a'), (9, 1, 'a'), (1, 4, 'b')])
def test_a_task_that_becomes_more_urgent_takes_its_jobs_along(before, after, first):
    core = Core(SchedulerSettings())
    tasks = {'a': before, 'b': 5, 'hog': 0}
    core.step(0, [TaskAdded(0, Task(name, (NET,), 100, 100, tasks[name])) for name in tasks])
    core.step(0, [JobReleased(0, 0, 'hog')])
    core.step(1, [JobReleased(1, 1, 'a'), JobReleased(1, 2, 'b')])
    core.step(2, [TaskChanged(2, Task('a', (NET,), 100, 100, after))])
    _, start = core.step(3, [StageFinished(3, 0, 0)])
    assert start == StartStage(1 if first == 'a' else 2, 0, 'lane0')


def test_preprocessing_of_a_changed_task_waits_for_that_of_the_job_ahead():
    """Though that one, of fewer stages, is nearer to its end."""
    core = Core(SchedulerSettings(Policy.FIXED_PRIORITY, 2, 2))
    longer = Task('a', (PRE, NET, Stage('net 2', Resource.ACCELERATOR)), 100, 100)
    core.step(0, [TaskAdded(0, TASK), JobReleased(0, 0, 'a')])
    core.step(1, [TaskChanged(1, longer), JobReleased(1, 1, 'a')])
    assert core.step(5, [StageFinished(5, 0, 0)]) == [
        StartStage(0, 1, 'lane0'),
        StartStage(1, 0, 'cpu0'),
    ]
    assert core.step(6, [StageFinished(6, 1, 0)]) == [
        WaitStage(1, 1, Reason.EARLIER_JOB, 'a'),
        WakeAt(102),
    ]
    assert core.step(9, [StageFinished(9, 0, 1)])[1:] == [StartStage(1, 1, 'lane0')]


def test_removal_ends_waiting_jobs_now_and_running_ones_after_their_stage(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(1, [JobReleased(1, 1, 'a')])
    assert core.step(2, [TaskRemoved(2, 'a')]) == [
        EndJob(1, Outcome.DISCARDED, 2, Reason.TASK_REMOVED, 'task removed')
    ]
    assert core.step(9, [StageFinished(9, 0, 0)]) == [
        EndJob(0, Outcome.DISCARDED, 9, Reason.TASK_REMOVED, 'task removed')
    ]


def test_a_job_that_finishes_after_the_removal_of_its_task_has_finished(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(1, [StageFinished(1, 0, 0)])
    core.step(2, [TaskRemoved(2, 'a')])
    assert core.step(9, [StageFinished(9, 0, 1)]) == [EndJob(0, Outcome.ON_TIME, 9)]


def test_a_name_is_free_again_after_removal(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(1, [TaskRemoved(1, 'a'), TaskAdded(1, TASK), JobReleased(1, 1, 'a')])
    assert core.step(3, [StageFinished(3, 0, 0)]) == [
        EndJob(0, Outcome.DISCARDED, 3, Reason.TASK_REMOVED, 'task removed'),
        StartStage(1, 0, 'cpu0'),
    ]


def test_a_wake_is_asked_for_once_and_dropped_when_the_job_starts(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    assert core.step(10, [JobReleased(10, 1, 'a')]) == [
        WaitStage(1, 0, Reason.EARLIER_JOB, 'a'),
        WakeAt(111),
    ]
    assert core.step(11) == []
    assert core.step(20, [StageFinished(20, 0, 0)]) == [
        StartStage(0, 1, 'lane0'),
        StartStage(1, 0, 'cpu0'),
    ]
    assert core.step(111) == []


@pytest.mark.parametrize(
    ('event', 'error', 'text'),
    [
        (TaskAdded(9, TASK), DuplicateTaskError, 'task a exists already'),
        (JobReleased(9, 5, 'b'), UnknownTaskError, r'there is no task b \(tasks: a\)'),
        (TaskChanged(9, Task('b', (PRE,), 1, 1)), UnknownTaskError, 'there is no task b'),
        (TaskRemoved(9, 'b'), UnknownTaskError, 'there is no task b'),
        (JobReleased(9, 1, 'a'), JobOrderError, 'job 1 released after job 1'),
        (StageFinished(9, 7, 0), UnknownJobError, 'job 7 was never released or has ended'),
        (StageFailed(9, 7, 0, ''), UnknownJobError, 'job 7 was never released or has ended'),
        (
            StageFinished(9, 0, 1),
            StageNotRunningError,
            'stage 1 of job 0 is not running: the job runs stage 0',
        ),
        (
            StageFinished(9, 1, 0),
            StageNotRunningError,
            'stage 0 of job 1 is not running: the job waits for stage 0',
        ),
        (JobReleased(10, 5, 'a'), TimeOrderError, 'is reported at 9 ns, before it happened'),
    ],
)
def test_an_impossible_event_is_refused_and_changes_nothing(core, event, error, text):
    core.step(0, [JobReleased(0, 0, 'a')])
    core.step(0, [JobReleased(0, 1, 'a')])
    with pytest.raises(error, match=text):
        core.step(9, [event])
    assert core.step(10, [StageFinished(10, 0, 0)]) == [
        StartStage(0, 1, 'lane0'),
        StartStage(1, 0, 'cpu0'),
    ]


def test_commands_of_events_before_a_refused_one_come_with_the_next_step(core):
    core.step(0, [JobReleased(0, 0, 'a')])
    with pytest.raises(UnknownTaskError):
        core.step(4, [StageFailed(4, 0, 0, 'broken'), JobReleased(4, 1, 'b')])
    assert core.step(5) == [EndJob(0, Outcome.FAILED, 4, Reason.STAGE_FAILED, 'broken')]


def test_time_does_not_go_back(core):
    core.step(9)
    with pytest.raises(TimeOrderError, match='time went back from 9 to 8 ns'):
        core.step(8)
