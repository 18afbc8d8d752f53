# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From reports to samples, simulated tasks and differences: exact."""

from dataclasses import replace

import pytest

from rtmdl_ros.bench.cameras import Camera
from rtmdl_ros.bench.fidelity_figures import (
    Behaviour,
    Comparison,
    behaviours_of_reports,
    hand_overs,
    simulated_tasks,
    stage_samples,
    verdict,
)
from rtmdl_ros.bench.workloads import RunnableTask, Workload
from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Resource, Stage, Task

STAGES = (Stage('pre', Resource.CPU), Stage('net', Resource.ACCELERATOR, 3))
MS = 1_000_000


def runnable(name):
    return RunnableTask(Task(name, STAGES, 50 * MS, 50 * MS), 'light', {'': (bool, bool)})


WORKLOAD = Workload(
    (runnable('front'), runnable('rear')),
    (Camera(('front',), 50 * MS), Camera(('rear',), 50 * MS, offset_ns=7)),
)


def report(task='front', outcome=Outcome.ON_TIME, finish_ns=30, waits=()):
    """Make a job released at 5 that ran pre from 10 to 14 and net from 20 to 30."""
    return JobReport(
        job_id=0,
        task=task,
        outcome=outcome,
        release_ns=5,
        deadline_ns=100,
        finish_ns=finish_ns,
        spans=(StageSpan('pre', 'cpu0', 10, 14), StageSpan('net', 'lane0', 20, 30)),
        detail='',
        payload=None,
        waits=waits,
    )


def wait(stage, start_ns, end_ns):
    return Wait(stage, Reason.EXECUTORS_BUSY, '', start_ns, end_ns)


def test_handing_over_is_what_is_neither_stage_nor_wait():
    assert hand_overs(report()) == [5, 6]
    waits = wait('pre', 6, 8), wait('net', 15, 17), wait('net', 17, 19)
    assert hand_overs(report(waits=waits)) == [3, 2]


def test_tasks_of_a_function_share_their_samples():
    reports = [report('front'), report('rear', waits=(wait('net', 14, 20),))]
    assert stage_samples(WORKLOAD, reports) == {
        ('light', 'pre'): (4, 4), ('light', 'net'): (16, 10),
    }  # fmt: skip
    assert stage_samples(WORKLOAD, reports, tuple(Resource)) == {
        ('light', 'pre'): (9, 9), ('light', 'net'): (16, 10),
    }  # fmt: skip


def test_a_stage_that_nobody_came_to_has_the_time_it_takes_alone():
    early = replace(report(), spans=report().spans[:1])
    samples = stage_samples(WORKLOAD, [early])
    assert samples == {('light', 'pre'): (4,), ('light', 'net'): (3,)}


def test_simulated_tasks_are_released_as_by_their_cameras():
    front, rear = simulated_tasks(WORKLOAD, stage_samples(WORKLOAD, [report()]))
    assert front.task is WORKLOAD.tasks[0].task
    assert front.times == rear.times == ((4,), (16,))
    assert (front.offset_ns, rear.offset_ns) == (0, 7)


def test_behaviours_count_all_misses_and_time_results_only():
    reports = [
        report(finish_ns=20 * MS + 5),
        report(outcome=Outcome.LATE, finish_ns=60 * MS + 5),
        report('rear', Outcome.SUPERSEDED, finish_ns=999 * MS),
        report('rear', Outcome.DISCARDED, finish_ns=999 * MS),
    ]
    assert behaviours_of_reports(reports) == {
        'front': Behaviour(2, 0.5, 60.0),
        'rear': Behaviour(2, 1.0, None),
        'all': Behaviour(4, 0.75, 60.0),
    }


def compared(real, simulated, real_ms=10.0, simulated_ms=10.0):
    return Comparison(Behaviour(9, real, real_ms), Behaviour(9, simulated, simulated_ms))


def test_differences():
    each = compared(0.1, 0.04, 20.0, 18.0)
    assert each.points == pytest.approx(-6.0)
    assert each.p95_ratio == 0.9
    assert compared(1.0, 1.0, None, 18.0).p95_ratio is None


def test_the_verdict_takes_differences_either_way():
    good = verdict([compared(0.1, 0.14), compared(0.2, 0.18, 10.0, 8.5), compared(0.0, 0.0)])
    assert good.mean_points == pytest.approx(2.0)
    assert good.worst_points == pytest.approx(4.0)
    assert good.worst_p95_ratio == 0.85
    assert good.met


@pytest.mark.parametrize(
    'comparisons',
    [
        [compared(0.1, 0.14), compared(0.1, 0.06)],
        [compared(0.1, 0.0), *[compared(0.0, 0.0)] * 9],
        [compared(0.0, 0.0, 10.0, 12.1)],
        [compared(0.0, 0.0, 10.0, 7.9)],
    ],
)
def test_each_target_can_be_missed(comparisons):
    assert not verdict(comparisons).met
