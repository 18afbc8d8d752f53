# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Counters and window statistics, by hand."""

from dataclasses import replace

import pytest

from rtmdl_ros.runtime.accounting import (
    MAX_SAMPLES,
    BusyAccount,
    ResponseStatistics,
    TaskAccount,
    response_statistics,
)
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Outcome

SECOND = 1_000_000_000


def report(outcome, release_ns, finish_ns):
    """Return a report of a job without stages."""
    return JobReport(0, 'a', outcome, release_ns, release_ns + 50, finish_ns, (), '', None)


@pytest.mark.parametrize(
    ('share', 'expected'), [(0.01, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.75, 3), (0.99, 4), (1, 4)]
)
def test_quantile_is_the_nearest_rank(share, expected):
    assert quantile([1, 2, 3, 4], share) == expected


def test_response_statistics():
    assert response_statistics([]) == ResponseStatistics(0, 0, 0)
    assert response_statistics([7]) == ResponseStatistics(7, 7, 7)
    hundred = list(range(200, 0, -1))
    assert response_statistics(hundred) == ResponseStatistics(100, 198, 200)


def test_counters_since_the_start_and_figures_of_the_window():
    account = TaskAccount('a')
    for release_ns in (0, 1 * SECOND, 8 * SECOND, 9 * SECOND, 10 * SECOND, 11 * SECOND):
        account.add_release(release_ns)
    account.add_end(report(Outcome.LATE, 0, 2 * SECOND))
    account.add_end(report(Outcome.FAILED, 1 * SECOND, 3 * SECOND))
    account.add_end(report(Outcome.ON_TIME, 8 * SECOND, 8 * SECOND + 30))
    account.add_end(report(Outcome.SUPERSEDED, 9 * SECOND, 10 * SECOND))
    account.add_end(report(Outcome.LATE, 10 * SECOND, 10 * SECOND + 70))
    figures = account.statistics(now_ns=12 * SECOND, window_ns=4 * SECOND)
    assert (figures.task, figures.released, figures.in_flight) == ('a', 6, 1)
    assert (figures.on_time, figures.late, figures.superseded) == (1, 2, 1)
    assert (figures.discarded, figures.failed) == (0, 1)
    assert figures.rate_hz == 1.0  # 4 releases in 4 s, the one at its very beginning included
    assert (figures.window_ended, figures.window_missed, figures.window_failed) == (3, 2, 0)
    assert figures.miss_ratio == pytest.approx(2 / 3)
    assert figures.response == ResponseStatistics(30, 70, 70)


def test_variants_are_those_of_jobs_that_were_answered():
    account = TaskAccount('a')
    for outcome, variant in (
        (Outcome.ON_TIME, 'small'), (Outcome.LATE, 'large'), (Outcome.ON_TIME, 'large'),
        (Outcome.DISCARDED, 'small'), (Outcome.FAILED, 'small'),
    ):  # fmt: skip
        account.add_end(replace(report(outcome, 0, 10), variant=variant))
    figures = account.statistics(now_ns=20, window_ns=100)
    assert figures.variants == (('large', 2), ('small', 1))


def test_nothing_yet():
    figures = TaskAccount('a').statistics(now_ns=5, window_ns=0)
    assert (figures.rate_hz, figures.miss_ratio, figures.response.max_ns) == (0.0, 0.0, 0)


def test_memory_is_bounded():
    account = TaskAccount('a')
    for number in range(MAX_SAMPLES + 10):
        account.add_release(number)
        account.add_end(report(Outcome.ON_TIME, number, number + 1))
    figures = account.statistics(now_ns=MAX_SAMPLES + 10, window_ns=SECOND)
    assert (figures.released, figures.on_time) == (MAX_SAMPLES + 10, MAX_SAMPLES + 10)
    assert figures.window_ended == MAX_SAMPLES


def test_a_copy_does_not_follow():
    account = TaskAccount('a')
    account.add_release(1)
    copy = account.copy()
    account.add_release(2)
    assert copy.statistics(10, 10).released == 1


def test_busy_share_counts_the_part_of_a_stage_within_the_window():
    account = BusyAccount()
    account.add(StageSpan('s', 'lane0', 0, 30))  # ends before the window
    account.add(StageSpan('s', 'lane0', 40, 60))  # half inside
    account.add(StageSpan('s', 'lane0', 70, 75))
    assert account.share(now_ns=100, window_ns=50) == pytest.approx(15 / 50)
    assert account.share(100, 50, busy_since_ns=80) == pytest.approx(35 / 50)
    assert account.share(110, 50, busy_since_ns=55) == 1.0
    assert account.share(now_ns=110, window_ns=50) == pytest.approx(5 / 50)
    assert account.share(now_ns=110, window_ns=0) == 0.0


def test_a_window_of_more_than_is_kept_gets_shorter():
    account, busy = TaskAccount('a'), BusyAccount()
    for number in range(2 * MAX_SAMPLES):
        account.add_release(10 * number)
        busy.add(StageSpan('s', 'lane0', 10 * number, 10 * number + 5))
    end_ns = 20 * MAX_SAMPLES
    assert account.statistics(end_ns, end_ns).rate_hz == pytest.approx(1e8)
    assert busy.share(end_ns, end_ns) == pytest.approx(0.5)


def test_what_is_forgotten_stays_counted():
    account = TaskAccount('a')
    for number in range(10):
        account.add_release(number)
        account.add_end(report(Outcome.LATE, number, number + 1))
    account.forget_before(8)
    figures = account.statistics(now_ns=10, window_ns=10)
    assert (figures.released, figures.late) == (10, 10)
    # Ended at 8, 9 and 10; released at 8 and 9.
    assert (figures.window_ended, figures.rate_hz) == (3, 2 * 1e9 / 10)
