# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures of many jobs."""

from rtmdl_ros.simulation.records import SimulatedJob
from rtmdl_ros.simulation.summary import Response, summarize, summarize_tasks
from rtmdl_ros.workload.records import Outcome


def job(task, outcome, release_ns=0, finish_ns=0):
    """Return a job of which only these matter."""
    return SimulatedJob(0, task, outcome, release_ns, 0, finish_ns, None, '', ())


def test_counts_and_miss_ratio():
    jobs = [job('a', outcome) for outcome in (*Outcome, Outcome.ON_TIME, Outcome.ON_TIME)]
    part = summarize('all', jobs)
    assert (part.released, part.on_time, part.late) == (7, 3, 1)
    assert (part.superseded, part.discarded, part.failed) == (1, 1, 1)
    assert part.miss_ratio == 1 - 3 / 7


def test_response_times_are_those_of_finished_jobs():
    jobs = [job('a', Outcome.ON_TIME, 1000, 1000 + time) for time in range(1, 101)]
    jobs += [job('a', Outcome.DISCARDED, 0, 10**9), job('a', Outcome.LATE, 0, 500)]
    assert summarize('a', jobs).response == Response(51, 96, 100, 500)
    assert summarize('a', jobs[:1]).response == Response(1, 1, 1, 1)


def test_no_job_has_no_figures():
    part = summarize('none', [])
    assert (part.released, part.miss_ratio, part.response) == (0, 0.0, None)


def test_each_task_by_its_name():
    jobs = [job('b', Outcome.ON_TIME), job('a', Outcome.LATE), job('b', Outcome.LATE)]
    found = summarize_tasks(('b', 'c', 'a'), jobs)
    # Whose first job comes after the end is not forgotten.
    assert [(part.name, part.released) for part in found] == [('a', 1), ('b', 2), ('c', 0)]
