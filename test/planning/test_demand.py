# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The necessary test: what it adds up, and that it never condemns what is possible."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_problem import MS, problem, task

from rtmdl_ros.planning.candidate import Candidate, deadline_monotonic
from rtmdl_ros.planning.demand import NecessaryTest, loads, mean_ns
from rtmdl_ros.planning.fitness import Evaluator, horizon_ns
from rtmdl_ros.planning.random_problems import random_problem
from rtmdl_ros.workload.records import Resource


def test_loads_are_shares_of_the_period():
    given_problem = problem(task('a', weight=2.0), task('b', 40, accuracy_floor=0.7))
    first, second = loads(given_problem)
    assert [tuple(option) for option in first.options] == [
        (0.5, 0.1, 0.1), (0.7, 0.1, 0.2), (0.8, 0.1, 0.4),
    ]  # fmt: skip
    assert [tuple(option) for option in second.options] == [(0.7, 0.05, 0.1), (0.8, 0.05, 0.2)]
    assert (first.base, first.weight, second.base, second.weight) == (2, 2.0, 1, 1.0)


def test_mean_time_of_a_resource():
    variant = problem(task('a')).allowed[0][2]
    assert mean_ns(variant, Resource.CPU) == 2 * MS
    assert mean_ns(variant, Resource.ACCELERATOR) == 8 * MS


def overload(*tasks, variants):
    """Return the overload with a room of 1.03 and the deadline by 1 s."""
    given_problem = problem(*tasks)
    order = deadline_monotonic(given_problem)
    return NecessaryTest(given_problem, 1000 * MS).overload(Candidate(variants, order))


def test_what_fits_is_possible():
    assert overload(task('a', miss_limit=0.0), task('b', miss_limit=0.0), variants=(2, 2)) == 0.0


def test_what_a_resource_lacks_is_told():
    tasks = [task(name, 20, 20, miss_limit=0.0) for name in 'abc']
    # Lanes are asked for 1.2; CPU workers for 0.3.
    assert overload(*tasks, variants=(2, 2, 2)) == pytest.approx(1.2 / 1.05 - 1.0)


def test_jobs_that_may_miss_need_nothing():
    tasks = [task(name, 20, 20, miss_limit=0.2) for name in 'abc']
    assert overload(*tasks, variants=(2, 2, 2)) == 0.0


def test_a_chain_above_the_deadline_is_impossible():
    assert overload(task('a', 20, 9), variants=(2,)) == 1.0
    assert overload(task('a', 20, 9, miss_limit=1.0), variants=(2,)) == 0.0


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.data())
def test_nothing_that_keeps_its_limits_is_condemned(seed, data):
    given_problem = random_problem(seed, 3, 4)
    variants = tuple(data.draw(st.integers(0, 3)) for _ in range(3))
    candidate = Candidate(variants, deadline_monotonic(given_problem))
    fitness = Evaluator(given_problem).fitness(candidate)
    if fitness.violation == 0.0:
        assert NecessaryTest(given_problem, horizon_ns(given_problem)).overload(candidate) == 0.0
