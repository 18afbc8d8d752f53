# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variants tasks can afford together."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from rtmdl_ros.scheduling.levels import Load, Option, affordable

FAST, GOOD, BEST = Option(0.7, 0.1, 0.2), Option(0.8, 0.1, 0.4), Option(0.9, 0.1, 0.8)


def load(*options, weight=1.0):
    return Load(options, len(options) - 1, weight)


def test_what_fits_stays_as_it_is_planned():
    assert affordable([load(FAST, GOOD), load(FAST, GOOD)], 1.0, 0.8) == (1, 1)


def test_nobody_goes_above_what_is_planned():
    assert affordable([Load((FAST, GOOD, BEST), 1, 1.0)], 1.0, 1.0) == (1,)


def test_the_task_gives_way_that_loses_least_for_what_it_saves():
    # From BEST to GOOD saves 0.4 for 0.1; from GOOD to FAST only 0.2 for 0.1.
    assert affordable([load(FAST, GOOD), load(FAST, GOOD, BEST)], 1.0, 0.9) == (1, 1)


def test_a_task_of_little_weight_gives_way_first():
    tasks = [load(FAST, GOOD, weight=1.0), load(FAST, GOOD, weight=0.1)]
    assert affordable(tasks, 1.0, 0.6) == (1, 0)


def test_the_cheapest_are_returned_where_nothing_fits():
    assert affordable([load(FAST, GOOD), load(FAST, BEST)], 1.0, 0.1) == (0, 0)


def test_the_scarce_resource_counts():
    slow_cpu, quick_cpu = Option(0.9, 0.8, 0.1), Option(0.8, 0.2, 0.1)
    assert affordable([load(quick_cpu, slow_cpu), load(FAST, BEST)], 0.5, 2.0) == (0, 1)


@st.composite
def loads(draw):
    shares = st.floats(0.01, 1.0)
    tasks = []
    for _ in range(draw(st.integers(1, 3))):
        options = draw(st.lists(st.builds(Option, shares, shares, shares), min_size=1, max_size=4))
        options.sort()
        tasks.append(Load(options, draw(st.integers(0, len(options) - 1)), 1.0))
    return tasks


@given(loads(), st.floats(0.1, 2.0), st.floats(0.1, 2.0))
def test_no_step_down_would_help_where_they_do_not_fit(tasks, cpu, lanes):
    levels = affordable(tasks, cpu, lanes)
    assert all(0 <= level <= task.base for level, task in zip(levels, tasks, strict=True))
    for task, level in enumerate(levels):
        for lower in range(level):
            other = (*levels[:task], lower, *levels[task + 1 :])
            too_much = excess(tasks, levels, cpu, lanes)
            assert excess(tasks, other, cpu, lanes) >= too_much - 1e-6


def excess(tasks, levels, cpu, lanes):
    used_cpu, used_lanes = sum_of(tasks, levels)
    return max(0.0, used_cpu - cpu) + max(0.0, used_lanes - lanes)


def test_the_steps_find_what_a_search_finds_on_ladders_that_pay_less_and_less():
    ladder = (Option(0.5, 0.0, 0.1), Option(0.7, 0.0, 0.2), Option(0.8, 0.0, 0.4))
    tasks = [load(*ladder), load(*ladder), load(*ladder, weight=2.0)]
    for lanes in (0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2):
        best = max(
            (levels for levels in product(range(3), repeat=3) if fits(tasks, levels, lanes)),
            key=lambda levels: value(tasks, levels),
        )
        found = affordable(tasks, 1.0, lanes)
        assert value(tasks, found) >= value(tasks, best) - 0.2001, lanes
        assert fits(tasks, found, lanes)


def sum_of(tasks, levels):
    chosen = [task.options[level] for task, level in zip(tasks, levels, strict=True)]
    return sum(each.cpu for each in chosen), sum(each.lanes for each in chosen)


def fits(tasks, levels, lanes):
    return sum_of(tasks, levels)[1] <= lanes + 1e-9


def value(tasks, levels):
    pairs = zip(tasks, levels, strict=True)
    return sum(task.weight * task.options[level].accuracy for task, level in pairs)
