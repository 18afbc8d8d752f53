# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Candidates: orders, priorities, numbers of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_problem import problem, task

from rtmdl_ros.planning.candidate import (
    Candidate,
    deadline_monotonic,
    kept_order,
    number_of_candidates,
    orders_of,
    rate_monotonic,
)
from rtmdl_ros.workload.records import Policy


def test_priorities_rise_towards_the_most_urgent():
    assert Candidate((0, 0, 0), (2, 0, 1)).priorities() == (2, 1, 3)


def test_another_variant_of_one_task():
    assert Candidate((0, 1), (1, 0)).with_variant(1, 2) == Candidate((0, 2), (1, 0))


def test_orders_to_begin_with():
    tasks = problem(task('a', 50, 10), task('b', 20, 20), task('c', 30, 10))
    assert deadline_monotonic(tasks) == (2, 0, 1)
    assert rate_monotonic(tasks) == (1, 2, 0)


def test_given_priorities_go_before_or_after_all_planned_ones():
    tasks = problem(
        task('a', fixed_priority=1), task('b'), task('c', fixed_priority=9), task('d'),
        task('e', fixed_priority=-2),
    )  # fmt: skip
    assert kept_order(tasks, (0, 1, 2, 3, 4)) == (2, 0, 1, 3, 4)
    assert kept_order(tasks, (4, 3, 2, 1, 0)) == (2, 0, 3, 1, 4)
    assert list(orders_of(tasks)) == [(2, 0, 1, 3, 4), (2, 0, 3, 1, 4)]
    assert number_of_candidates(tasks) == 3**5 * 2


@pytest.mark.parametrize('fields', [{'policy': Policy.EDF}, {}])
def test_many_tasks_of_one_order_are_no_work(fields):
    """One more task took as many times as long as there are tasks."""
    tasks = problem(*(task(f't{n}', fixed_priority=20 - n) for n in range(14)), **fields)
    assert list(orders_of(tasks)) == [tuple(range(14))]


def test_there_is_one_order_where_the_policy_knows_none():
    tasks = problem(task('a'), task('b', 10, 10), policy=Policy.EDF)
    assert list(orders_of(tasks)) == [(0, 1)]
    assert number_of_candidates(tasks) == 9


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=6), st.randoms())
def test_a_kept_order_is_one_of_all_tasks_and_keeps_itself(priorities, rng):
    tasks = problem(*(task(f't{n}', fixed_priority=p) for n, p in enumerate(priorities)))
    order = list(range(len(priorities)))
    rng.shuffle(order)
    kept = kept_order(tasks, order)
    assert sorted(kept) == list(range(len(priorities)))
    assert kept_order(tasks, kept) == kept
    if len(priorities) > 1:
        numbers = [priorities[index] for index in kept]
        assert numbers == sorted(numbers, reverse=True)
