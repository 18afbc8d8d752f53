# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a candidate is chosen by: its objective, and what counts as missed."""

import math
from dataclasses import replace

import pytest
from known_problem import problem, task

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.fitness import Fitness, fitness_of, lateness, objective, rank
from rtmdl_ros.simulation.records import SimulatedJob
from rtmdl_ros.workload.records import Outcome


def job(end_ns, outcome=Outcome.ON_TIME):
    """Return a job that had 100 ns and ended after some of them."""
    return SimulatedJob(0, 'a', outcome, 50, 150, 50 + end_ns, None, '', ())


def test_a_job_that_ends_close_to_its_deadline_will_miss_now_and_then():
    # What it takes beyond is 5 % in the mean; what is less likely than 0.1 % counts as 0.
    assert lateness(job(100)) == 1.0
    assert lateness(job(98)) == pytest.approx(math.exp(-2 / 4.9))
    assert lateness(job(80)) == pytest.approx(math.exp(-20 / 4))
    assert lateness(job(74)) == 0.0
    assert lateness(job(10, Outcome.DISCARDED)) == 1.0


def test_constraints_come_first_then_on_time_accuracy():
    kept = Fitness((0.1,), 0.1, 0.5, 0.2, 0.0)
    broken = replace(kept, on_time_accuracy=0.9, violation=0.01)
    assert objective(kept) == 0.2 > objective(broken) == -0.01
    assert rank(replace(kept, miss_ratio=0.0)) > rank(kept)


def test_exact_numbers_of_known_misses():
    tasks = problem(task('a', weight=3.0, miss_limit=0.1), task('b', miss_limit=0.5))
    found = fitness_of(tasks, Candidate((0, 2), (0, 1)), (0.25, 0.5), violation=0.5)
    assert found.miss_ratios == (0.25, 0.5)
    assert found.miss_ratio == (3 * 0.25 + 0.5) / 4
    assert found.accuracy_loss == pytest.approx(3 * (1 - 0.5 / 0.8) / 4)
    assert found.on_time_accuracy == pytest.approx((3 * 0.75 * 0.5 + 0.5 * 0.8) / 4)
    assert (found.violation, found.exact) == (0.65, True)


@pytest.mark.parametrize(('accuracies', 'loss'), [((0.0, 0.5), 1.0), ((0.0, 0.0), 0.0)])
def test_the_loss_of_a_useless_variant(accuracies, loss):
    variants = tuple(zip(('small', 'large'), (2, 4), accuracies, strict=True))
    useless = problem(task('a'), variants=variants)
    assert fitness_of(useless, Candidate((0,), (0,)), (0.0,)).accuracy_loss == loss
