# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Live jobs and tasks."""

from dataclasses import replace

from rtmdl_ros.scheduling.chains import chains_of
from rtmdl_ros.scheduling.jobs import NEVER, LiveJob, LiveTask
from rtmdl_ros.scheduling.policies import fixed_priority
from rtmdl_ros.workload.records import Resource, Stage, Task

CPU, LANE = Resource.CPU, Resource.ACCELERATOR
STAGES = (Stage('pre', CPU, 2, 2), Stage('net', LANE, 7, 9), Stage('post', CPU, 0, 2))
TASK = Task('a', STAGES, 30, 30)


def test_remaining_times_are_sums_from_each_stage_on():
    live = LiveTask(TASK)
    assert live.base.least_ns == (9, 7, 0, 0)
    assert live.base.worst_ns == (13, 11, 2, 0)


def test_a_new_period_moves_what_is_expected():
    live = LiveTask(TASK)
    faster = replace(TASK, period_ns=20)
    live.change(faster)
    assert live.next_release_ns == NEVER
    live.next_release_ns = 100 + 20
    live.change(TASK)
    assert live.next_release_ns == 100 + 30


def releases(live, *times_ns):
    """Release jobs; return the period that is then believed in."""
    for time_ns in times_ns:
        live.released(time_ns)
    return live.period_ns


def test_frames_that_came_all_at_once_are_not_believed_to_go_on_so():
    assert releases(LiveTask(replace(TASK, period_ns=400)), *range(1000, 1005)) == 100


def test_after_a_change_releases_are_counted_anew():
    live = LiveTask(replace(TASK, period_ns=100))
    assert releases(live, *range(0, 250, 50)) == 50
    live.change(replace(TASK, period_ns=100))
    assert releases(live, 250) == 100


def test_times_that_follow_are_those_of_a_job_that_has_not_started():
    live = LiveTask(TASK)
    live.fresh = LiveJob(0, live, TASK, live.base, deadline_ns=130, key=(0,))
    slower = replace(TASK, stages=tuple(replace(s, worst_ns=2 * s.worst_ns) for s in STAGES))
    live.adapt(chains_of(slower))
    assert live.fresh.chain is live.base
    assert live.fresh.current.worst_ns == 4
    assert live.fresh.latest_start_ns == 121


def test_the_next_job_is_expected_from_when_it_is_due_until_it_is_overdue_for_a_period():
    live = LiveTask(TASK)
    assert live.expected_ns(0) == NEVER
    live.released(100)
    assert [live.expected_ns(now_ns) for now_ns in (100, 130, 159, 160)] == [130, 130, 159, NEVER]
    assert live.expected(fixed_priority, 159).deadline_ns == 159 + 30
    assert live.expected(fixed_priority, 159).key > fixed_priority(TASK, 159, 189, 1_000_000)


def test_the_latest_start_moves_with_the_stage():
    owner = LiveTask(TASK)
    job = LiveJob(0, owner, TASK, owner.base, deadline_ns=130, key=(0,))
    assert job.latest_start_ns == 121
    job.advance()
    assert (job.latest_start_ns, job.current.name) == (123, 'net')
