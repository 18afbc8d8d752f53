# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The mean accuracy of answers."""

import pytest

from rtmdl_ros.workload.accuracy import mean_accuracy

ACCURACIES = {'fast': 0.5, 'best': 0.9}


def test_each_job_counts_once():
    assert mean_accuracy([('fast', 1), ('best', 3)], ACCURACIES) == pytest.approx(3.2 / 4)


def test_what_is_not_known_does_not_count():
    assert mean_accuracy([('fast', 1), ('other', 7)], ACCURACIES) == 0.5
    assert mean_accuracy([('other', 7)], ACCURACIES) == mean_accuracy([], ACCURACIES) == 0.0
