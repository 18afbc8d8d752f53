# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The experiment on packing: its arithmetic exactly, and a short run."""

import json
import os
from statistics import median

import pytest

from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.packing import CASES, first_cores, main
from rtmdl_ros.bench.packing_figures import (
    GREEDY,
    GUARDED,
    MODES,
    SERIAL,
    RunFigures,
    mode_figures,
    order_of,
    run_figures,
)
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Outcome

SECOND = 1_000_000_000


def report(task, outcome, finish_ns, release_ns=7):
    return JobReport(0, task, outcome, release_ns, 0, finish_ns, (), '', None)


def test_rounds_alternate():
    assert [order_of(number)[0] for number in range(4)] == [SERIAL, GREEDY, SERIAL, GREEDY]
    assert all(set(order_of(number)) == set(MODES) for number in range(2))


def test_results_count_until_the_time_is_over_and_misses_all():
    reports = [
        report('urgent', Outcome.ON_TIME, 10),
        report('urgent', Outcome.LATE, 2 * SECOND + 7),
        report('urgent', Outcome.SUPERSEDED, 20),
        report('other', Outcome.ON_TIME, 2 * SECOND + 8, release_ns=SECOND),
        report('other', Outcome.DISCARDED, 30),
    ]
    assert run_figures(reports, 'urgent', 2.0) == RunFigures(1.0, urgent_jobs=3, urgent_missed=2)


def test_ratios_are_those_of_a_round():
    rounds = [
        {
            SERIAL: RunFigures(10.0, 10, 1),
            GUARDED: RunFigures(guarded, 10, 0),
            GREEDY: RunFigures(5.0, 10, 5),
        }
        for guarded in (15.0, 20.0, 12.0)
    ]
    serial, guarded, greedy = mode_figures(rounds)
    assert serial.ratios == (1.0, 1.0, 1.0)
    assert guarded.ratios == (1.5, 2.0, 1.2)
    assert (guarded.ratio, guarded.finished_per_s) == (1.5, 15.0)
    assert (serial.urgent_miss_ratio, greedy.urgent_miss_ratio) == (0.1, 0.5)


def test_a_case_has_the_first_cores():
    assert first_cores(1) == (min(os.sched_getaffinity(0)),)
    with pytest.raises(ExperimentError, match='100000 cores are needed'):
        first_cores(100_000)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason='needs two cores')
def test_a_short_run_compares_all_cases(cache_dir, tmp_path, capsys):
    arguments = ['--out', str(tmp_path), '--cache-dir', str(cache_dir)]
    assert main(['--seconds', '0.2', '--rounds', '2', *arguments]) == 0
    table = capsys.readouterr().out.partition('figures:')[0].splitlines()
    assert max(map(len, table)) <= 80
    figures = json.loads((tmp_path / 'packing.json').read_text())
    assert [case['name'] for case in figures['cases']] == [case.name for case in CASES]
    for case in figures['cases']:
        assert case['worst_slow_down'] >= 1
        assert [row['mode'] for row in case['modes']] == list(MODES)
        for row in case['modes']:
            assert len(row['ratios']) == 2
            assert row['ratio'] == median(row['ratios'])
            assert 0 <= row['urgent_miss_ratio'] <= 1
