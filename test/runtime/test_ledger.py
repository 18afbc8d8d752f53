# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The accounts of a runtime."""

from rtmdl_ros.runtime.ledger import Ledger
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.records import Outcome, Resource

EXECUTORS = {'cpu0': Resource.CPU, 'lane0': Resource.ACCELERATOR, 'lane1': Resource.ACCELERATOR}
SLOWNESS = {Resource.CPU: 1.1, Resource.ACCELERATOR: 1.2}


def test_busy_shares_by_kind():
    ledger = Ledger(100, EXECUTORS)
    ledger.add_span(StageSpan('net', 'lane0', 150, 200))
    evaluate = ledger.copy(200, 1000, {'cpu0': 170, 'lane0': None, 'lane1': None}, SLOWNESS)
    ledger.add_span(StageSpan('net', 'lane1', 100, 200))  # after the copy
    figures = evaluate()
    assert (figures.cpu_busy, figures.accelerator_busy) == (0.3, 0.25)
    assert (figures.cpu_slowness, figures.accelerator_slowness) == (1.1, 1.2)
    assert figures.time_ns == 200


def test_the_window_is_no_longer_than_the_uptime():
    busy = dict.fromkeys(EXECUTORS) | {'cpu0': 190}
    evaluate = Ledger(100, EXECUTORS).copy(200, 40, busy, SLOWNESS)
    assert evaluate().cpu_busy == 0.25


def test_a_task_that_comes_back_counts_on():
    ledger = Ledger(100, EXECUTORS)
    for _ in range(2):
        ledger.add_task('a')
        ledger.add_release('a', 10)
        ledger.add_end(JobReport(0, 'a', Outcome.LATE, 10, 20, 30, (), '', None))
    (task,) = ledger.copy(50, 50, dict.fromkeys(EXECUTORS), SLOWNESS)().tasks
    assert (task.released, task.late, task.in_flight) == (2, 2, 0)
