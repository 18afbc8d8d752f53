# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How far deadlines may be tightened."""

from dataclasses import replace

import pytest
from known_profile import known_profile

from rtmdl_ros.planning.admission import admit
from rtmdl_ros.planning.foreseen_misses import foreseen
from rtmdl_ros.planning.limits import deadline_limits
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.planning.random_problems import random_problem

MS = 1_000_000


@pytest.fixture(scope='module')
def planned():
    """A problem of two tasks and its plan: light takes 2 ms at most, sign 4 ms."""
    tasks = (
        PlannedTask('light', 'traffic_light', 20 * MS, 20 * MS),
        PlannedTask('sign', 'traffic_sign', 20 * MS, 20 * MS),
    )
    problem = Problem(tasks, known_profile(), lanes=1)
    return problem, make_plan(problem, simulations=50).plan


def test_the_limit_is_admitted_and_a_bit_less_is_not(planned):
    problem, plan = planned
    limits = deadline_limits(problem, plan)
    assert list(limits) == ['light', 'sign']
    for task in problem.tasks:
        limit = limits[task.name]
        assert 0 < limit.least_ns < 20 * MS
        changed = replace(task, deadline_ns=limit.least_ns)
        assert admit(problem, plan, changed).admitted
        less = limit.least_ns - 20 * MS // 16
        assert not admit(problem, plan, replace(task, deadline_ns=less)).admitted
        assert 'would miss' in limit.reason or 'at best' in limit.reason


def test_a_deadline_of_seconds_can_be_taken_back(planned):
    problem, plan = planned
    relaxed = replace(problem, tasks=(replace(problem.tasks[0], deadline_ns=5000 * MS),))
    least_ns = deadline_limits(relaxed, plan.of(['light']))['light'].least_ns
    assert least_ns < 4 * MS  # the light takes 2 ms


def test_a_deadline_that_is_broken_already_is_its_own_limit(planned):
    problem, plan = planned
    hopeless = replace(problem.tasks[0], deadline_ns=1000)
    problem = replace(problem, tasks=(hopeless, problem.tasks[1]))
    assert deadline_limits(problem, plan)['light'].least_ns == 1000


def test_without_time_to_find_out_no_deadline_is_shortened(planned):
    problem, plan = planned
    limits = deadline_limits(problem, plan, seconds=0.0)
    assert {name: limit.least_ns for name, limit in limits.items()} == {
        task.name: task.deadline_ns for task in problem.tasks
    }


def test_what_another_plan_would_keep_is_granted_with_that_plan_only():
    problem = random_problem(2, 3, 3, load=1.0)
    plan = make_plan(problem, simulations=20).plan
    shorter = replace(problem.tasks[1], deadline_ns=30_700_000)
    tasks = (problem.tasks[0], shorter, problem.tasks[2])

    def missed(by):
        found = foreseen(replace(problem, tasks=tasks), by, 1.0, {})
        return [each.name for each in tasks if found[each.name].mean > each.miss_limit]

    assert missed(plan) == ['task1']
    assert not admit(problem, plan, shorter, keep_plan=True).admitted
    answer = admit(problem, plan, shorter)
    assert answer.admitted and missed(answer.plan) == []


def test_a_limit_has_the_plan_that_it_holds_for(planned):
    problem, plan = planned
    for name, limit in deadline_limits(problem, plan).items():
        assert set(limit.plan.tasks) == {'light', 'sign'}, name
    kept = deadline_limits(problem, plan, keep_plan=True)
    assert [limit.plan for limit in kept.values()] == [None, None]
