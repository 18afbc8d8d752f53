# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The ready queue and the free executors of one kind."""

from rtmdl_ros.scheduling.jobs import LiveJob, LiveTask
from rtmdl_ros.scheduling.pools import Pool
from rtmdl_ros.workload.records import Resource, Stage, Task

TASK = Task('a', (Stage('net', Resource.ACCELERATOR, 5),), 10, 10)


def job(*key):
    """Return a job with an order key that ends in its id."""
    owner = LiveTask(TASK)
    return LiveJob(key[-1], owner, TASK, owner.base, 10, key)


def test_ready_jobs_stand_in_order_and_the_last_freed_executor_is_taken():
    pool = Pool('lane', 3)
    jobs = [job(5, 0), job(2, 1), job(2, 2), job(9, 3)]
    for each in jobs:
        pool.add(each)
    assert pool.ready == [jobs[1], jobs[2], jobs[0], jobs[3]]
    assert [pool.take(each) for each in pool.ready[:3]] == ['lane0', 'lane1', 'lane2']
    assert pool.idle == []
    pool.free('lane2')
    pool.free('lane0')
    assert pool.take(jobs[3]) == 'lane0'
    assert pool.ready == []
    assert pool.executors == ('lane0', 'lane1', 'lane2')


def test_a_removed_job_is_no_longer_ready():
    pool = Pool('cpu', 3)
    jobs = [job(1, 0), job(1, 1), job(1, 2)]
    for each in jobs:
        pool.add(each)
    pool.remove(jobs[1])
    assert [each.queued for each in jobs] == [True, False, True]
    assert pool.ready == [jobs[0], jobs[2]]
