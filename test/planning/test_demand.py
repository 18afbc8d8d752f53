# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The necessary test: what it adds up, and that it never promises more misses than there are."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_problem import MS, problem, task

from rtmdl_ros.planning.candidate import Candidate, deadline_monotonic
from rtmdl_ros.planning.demand import NecessaryTest, loads, mean_ns
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.phases import horizon_ns
from rtmdl_ros.planning.random_problems import random_problem
from rtmdl_ros.workload.records import Packing, Resource
from rtmdl_ros.workload.slow_downs import SlowDowns


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


def least_violation(*tasks, variants):
    """Return it with a room of 1.03 and the deadline by 1 s."""
    given_problem = problem(*tasks)
    order = deadline_monotonic(given_problem)
    return NecessaryTest(given_problem, 1000 * MS).least_violation(Candidate(variants, order))


def test_what_fits_is_possible():
    tasks = task('a', miss_limit=0.0), task('b', miss_limit=0.0)
    assert least_violation(*tasks, variants=(2, 2)) == 0.0


def test_jobs_must_miss_until_a_resource_can_do_the_rest():
    tasks = [task(name, 20, 20, miss_limit=0.0) for name in 'abc']
    # Lanes are asked for 1.2, by each task for 0.4; CPU workers for 0.3.
    assert least_violation(*tasks, variants=(2, 2, 2)) == pytest.approx((1.2 - 1.05) / 0.4)


def test_jobs_that_may_miss_need_nothing():
    tasks = [task(name, 20, 20, miss_limit=0.2) for name in 'abc']
    assert least_violation(*tasks, variants=(2, 2, 2)) == 0.0


def test_a_chain_above_the_deadline_misses_all():
    assert least_violation(task('a', 20, 9, miss_limit=0.25), variants=(2,)) == 0.75
    assert least_violation(task('a', 20, 9, miss_limit=1.0), variants=(2,)) == 0.0


def test_what_misses_all_takes_nothing_from_others():
    tasks = [task(name, 20, 9, miss_limit=0.0) for name in 'abc']
    assert least_violation(*tasks, variants=(2, 2, 2)) == 3.0


def lane_load(given_problem, variants):
    return sum(
        mean_ns(allowed[index], Resource.ACCELERATOR) / each.period_ns
        for each, allowed, index in zip(
            given_problem.tasks, given_problem.allowed, variants, strict=True
        )
    )


@settings(max_examples=80)
@given(st.integers(0, 10_000), st.sampled_from([0.8, 1.0, 1.5, 2.5]), st.integers(1, 2))
def test_it_is_never_above_what_simulation_finds(seed, load, lanes):
    """At a load of the lanes about which many keep their limits: a wrong capacity would show."""
    rng = Random(seed)
    drawn = random_problem(seed, rng.choice((4, 6)), 4)
    tasks = tuple(
        replace(each, deadline_ns=each.period_ns, miss_limit=rng.choice((0.02, 0.1, 0.3)))
        for each in drawn.tasks
    )
    # No lane waits, or is slowed down, so that what fits is mostly possible.
    profile = replace(drawn.profile, slow_downs=SlowDowns())
    given_problem = replace(
        drawn, tasks=tasks, profile=profile, lanes=lanes, cpu_workers=4, packing=Packing.GREEDY
    )
    test = NecessaryTest(given_problem, horizon_ns(given_problem))
    evaluator = Evaluator(
        given_problem, seeds=(0,), duration_ns=horizon_ns(given_problem), believe_test=False
    )
    some = [tuple(rng.randrange(4) for _ in tasks) for _ in range(40)]
    nearest = min(some, key=lambda each: abs(lane_load(given_problem, each) - load * lanes))
    candidate = Candidate(nearest, deadline_monotonic(given_problem))
    assert test.least_violation(candidate) <= evaluator.fitness(candidate).violation + 1e-9
