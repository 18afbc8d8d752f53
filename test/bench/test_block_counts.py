# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The count of what blocks the most urgent task: exact on reports, and on real threads."""

import random
import time
from itertools import product

import pytest
from runtime_bench import PATIENCE_S, SECOND, Bench

from rtmdl_ros.bench.block_counts import Blocking, blockings
from rtmdl_ros.bench.cameras import Camera, release_frames
from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Packing, Resource, Stage, Task
from rtmdl_ros.workload.slow_downs import SlowDowns

CPU, LANE = Resource.CPU, Resource.ACCELERATOR
BUSY, EARLIER = Reason.EXECUTORS_BUSY, Reason.EARLIER_JOB
URGENT = Task('urgent', (Stage('pre', CPU), Stage('net', LANE), Stage('post', CPU)), 100, 100, 1)
#: Of each of the four runs.
RUN_NS = SECOND


def report(task, job_id, spans, waits=(), finish_ns=1000):
    """Make a report; spans: (stage, executor, start, end), waits: (stage, reason, start, end)."""
    return JobReport(
        job_id=job_id,
        task=task,
        outcome=Outcome.ON_TIME,
        release_ns=0,
        deadline_ns=1000,
        finish_ns=finish_ns,
        spans=tuple(StageSpan(*span) for span in spans),
        detail='',
        payload=None,
        waits=tuple(Wait(stage, why, '', start, end) for stage, why, start, end in waits),
    )


def urgent(*waits, lane='lane0'):
    """Return a job whose network stage runs from 50 to 60 and whose CPU stage ended at 10."""
    return report('urgent', 0, [('pre', 'cpu0', 0, 10), ('net', lane, 50, 60)], waits)


def other(*spans):
    return report('other', 1, [('x', *span) for span in spans])


def blocked(*reports):
    (found,) = blockings(URGENT, reports)
    assert (found.job_id, found.stage) == (0, 'net')
    return found.stages, found.blocked_ns


def test_a_stage_that_runs_when_another_gets_ready_blocks_it_from_then_on():
    assert blocked(urgent(('net', BUSY, 12, 49)), other(('lane0', 5, 45))) == (1, 33)


def test_what_began_before_the_scheduler_knew_counts_once():
    """The lane got the lock first: one stage ended and another began after 10, before 12."""
    lane = other(('lane0', 0, 11), ('lane0', 12, 48))
    assert blocked(urgent(('net', BUSY, 12, 49)), lane) == (1, 36)


def test_every_stage_let_in_later_is_counted():
    lane = other(('lane0', 5, 20), ('lane0', 21, 30), ('lane0', 31, 49), ('lane0', 70, 80))
    assert blocked(urgent(('net', BUSY, 12, 49)), lane) == (3, 8 + 9 + 18)


def test_edges_touch_but_do_not_block():
    lane = other(('lane0', 5, 12), ('lane0', 50, 55))
    assert blocked(urgent(('net', BUSY, 12, 49)), lane) == (0, 0)


def test_other_lanes_workers_and_own_jobs_do_not_count():
    mine = report('urgent', 2, [('pre', 'cpu0', 0, 1), ('net', 'lane0', 5, 45)])
    beside = other(('lane1', 5, 45), ('cpu0', 13, 45))
    found = blockings(URGENT, [urgent(('net', BUSY, 12, 49)), mine, beside])
    assert [each.stages for each in found] == [0, 0]


def test_a_stage_without_wait_started_at_once():
    assert blocked(urgent(), other(('lane0', 5, 45))) == (0, 0)


def test_a_stage_is_not_ready_while_an_earlier_job_of_its_task_goes_first():
    waits = ('net', EARLIER, 12, 40), ('net', BUSY, 40, 49)
    assert blocked(urgent(*waits), other(('lane0', 13, 30), ('lane0', 31, 45))) == (1, 5)
    assert blocked(urgent(waits[0]), other(('lane0', 13, 30))) == (0, 0)


def test_a_stage_that_never_began_is_blocked_until_the_end_of_its_job():
    waits = [('net', BUSY, 12, 40)]
    job = report('urgent', 0, [('pre', 'cpu0', 0, 10)], waits, finish_ns=40)
    assert blocked(job, other(('lane0', 5, 20), ('lane1', 5, 50), ('lane0', 21, 60))) == (2, 27)


def test_stages_on_the_cpu_and_stages_not_come_to_are_left_out():
    assert blockings(URGENT, [report('urgent', 0, [], [('pre', BUSY, 0, 9)])]) == ()
    done = report('urgent', 3, [('pre', 'cpu0', 0, 1), ('net', 'lane0', 1, 2)])
    assert blockings(URGENT, [done]) == (Blocking(3, 'net', 0, 0),)


def test_no_reports():
    assert blockings(URGENT, []) == ()


def sleepy(seed):
    """Return a stage that sleeps 1 to 3 ms."""
    rng = random.Random(seed)

    def stage(payload):
        time.sleep(rng.uniform(0.001, 0.003))
        return False

    return stage


def tasks(kinds):
    """Return tasks of one chain with distinct priorities, the most urgent first."""
    stages = tuple(
        Stage(f'{kind.value} {number}', kind, 900_000, 4_000_000, f'segment {number}')
        for number, kind in enumerate(kinds)
    )
    return [Task(f'task{p}', stages, 12_000_000, SECOND, priority=-p) for p in range(4)]


@pytest.mark.parametrize('lanes', [1, 2])
@pytest.mark.parametrize('packing', list(Packing))
def test_on_real_threads_nobody_is_blocked_by_more_than_one(packing, lanes):
    chain = tasks([CPU, LANE, LANE, LANE, LANE, CPU])
    segments = [stage.segment for stage in chain[0].stages]
    none = SlowDowns(dict.fromkeys(product(segments, repeat=2), 1.0))
    bench = Bench(packing=packing, lanes=lanes, slow_downs=none)
    for number, task in enumerate(chain):
        bench.runtime.add_task(task, [sleepy(f'{number} {s}') for s in range(len(task.stages))])
    bench.runtime.start()
    cameras = [
        Camera((task.name,), 12_000_000 + 1_300_000 * number) for number, task in enumerate(chain)
    ]
    released = release_frames(
        bench.runtime, cameras, RUN_NS, payload=lambda number: None, advance=lambda seconds: None
    )
    reports = bench.wait(released)
    bench.runtime.stop(PATIENCE_S)
    found = blockings(chain[0], reports)
    assert max(each.stages for each in found) <= 1
    # It was under load, or the above says nothing.
    assert any(each.stages == 1 for each in found)
