# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How often frames come."""

import pytest

from rtmdl_ros.workload.frame_period import period_ms_of, remark_on_period

MS = 1_000_000


def period(times_ms, least_span_ms=100):
    arrivals_ns = [ms * MS for ms in times_ms]
    return period_ms_of(
        arrivals_ns, least_span_ns=least_span_ms * MS, longest_gap_ns=200 * MS
    )


def test_the_mean_gap_but_for_times_without_a_camera():
    assert period(range(0, 400, 33)) == 33.0
    assert period([*range(0, 300, 20), *range(2000, 2100, 20)]) == 20.0
    in_pairs = sorted([*range(0, 200, 20), *range(1, 200, 20)])
    assert period(in_pairs) == pytest.approx(181 / 19)


@pytest.mark.parametrize('times_ms', [(), (5,), range(0, 1000, 100), range(0, 90, 1)])
def test_of_few_frames_or_a_short_time_nothing_is_said(times_ms):
    assert period(times_ms) is None


@pytest.mark.parametrize(
    ('planned_ms', 'told'),
    [(33.3, False), (41.6, False), (25.0, False), (41.7, True), (24.9, True)],
)
def test_a_period_that_is_off_by_more_than_a_quarter_is_told(planned_ms, told):
    remark = remark_on_period('sign', planned_ms, 33.3)
    text = f'frames come every 33.3 ms, sign.period_ms is {planned_ms:g}: plans and admission go by'
    assert remark.startswith(text) if told else remark == ''
