# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
from types import SimpleNamespace

import pytest

from rtmdl_ros.bench.shares import Shares, shares_of
from rtmdl_ros.workload.records import Outcome

ACCURACIES = {('a', 'small'): 0.6, ('a', 'large'): 0.9}


def job(outcome, variant=''):
    return SimpleNamespace(task='a', outcome=outcome, variant=variant)


def test_late_answers_are_answers_but_wrong_ones():
    jobs = [
        job(Outcome.ON_TIME, 'large'), job(Outcome.LATE, 'small'), job(Outcome.SUPERSEDED),
        job(Outcome.ON_TIME, 'small'),
    ]  # fmt: skip
    assert shares_of(jobs, ACCURACIES) == Shares(
        pytest.approx(0.5), pytest.approx(1.5 / 4), {'a': pytest.approx(2.1 / 3)}
    )
