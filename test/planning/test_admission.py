# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Admission: who may join, where, and what is said to the others."""

from dataclasses import replace

import pytest
from known_problem import MS, problem, task

from rtmdl_ros.bench.admission import cases
from rtmdl_ros.planning.admission import admit, over_limit
from rtmdl_ros.planning.foreseen_misses import Misses
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.workload.records import Packing, Policy

#: All functions are in the profile, whoever runs.
ALL = problem(task('a', 20, 17), task('b', 20, 17), task('c', 20, 17), task('d', 20, 3))


def running(*names, **fields):
    """Return a problem of some of the tasks, and its plan."""
    given_problem = replace(ALL, tasks=tuple(t for t in ALL.tasks if t.name in names), **fields)
    return given_problem, make_plan(given_problem, simulations=30).plan


def test_who_has_room_is_admitted_with_a_plan_for_all():
    before, plan = running('a')
    answer = admit(before, plan, ALL.tasks[1])
    assert answer.admitted
    assert list(answer.plan.tasks) == ['a', 'b']
    assert answer.plan.tasks['a'].variant == plan.tasks['a'].variant
    assert answer.plan.feasible
    assert sorted(each.priority for each in answer.plan.tasks.values()) == [1, 2]


def test_who_cannot_be_on_time_is_refused_by_name():
    before, plan = running('a')
    answer = admit(before, plan, ALL.tasks[3])
    assert (answer.admitted, answer.plan) == (False, None)
    assert answer.reason == 'd itself would miss 100.0%, its limit is 5.0%'


def test_who_costs_another_its_deadline_is_refused_with_its_name():
    # Both take the only lane for 8 ms and more of 17 where there is no smaller variant.
    only_large = problem(
        task('a', 20, 11, accuracy_floor=0.8), task('b', 20, 11, accuracy_floor=0.8),
        run_time_choice=False,
    )  # fmt: skip
    before = replace(only_large, tasks=only_large.tasks[:1])
    plan = make_plan(before, simulations=10).plan
    answer = admit(before, plan, replace(only_large.tasks[1], fixed_priority=5))
    assert not answer.admitted
    assert answer.reason == 'a would miss 100.0%, its limit is 5.0%'


def test_a_tighter_deadline_is_a_change_of_the_task():
    before, plan = running('a', 'b')
    eased = admit(before, plan, replace(ALL.tasks[0], deadline_ns=16 * MS))
    assert eased.admitted
    assert set(eased.plan.tasks) == {'a', 'b'}
    refused = admit(before, plan, replace(ALL.tasks[0], deadline_ns=3 * MS))
    assert refused.reason == 'a itself would miss 100.0%, its limit is 5.0%'


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'function': 'x'}, 'the profile has no variant of x, the function of task c'),
        ({'accuracy_floor': 0.9}, 'c.accuracy_floor is 0.9, above its best variant, large'),
        ({'deadline_ns': 0}, 'c.deadline_ms is not above 0'),
    ],
)
def test_impossible_demands_are_refused_with_their_words(changes, reason):
    before, plan = running('a')
    answer = admit(before, plan, replace(ALL.tasks[2], **changes))
    assert not answer.admitted
    assert answer.reason.startswith(reason)


def test_who_does_not_fit_into_the_memory_is_refused():
    before, plan = running('a', memory_bytes=3_000_000)
    answer = admit(before, plan, replace(ALL.tasks[1], accuracy_floor=0.8))
    assert answer.reason == 'b would take 6 MB of memory (bound 3 MB)'


def test_nobody_is_refused_for_a_bound_of_memory_that_the_plan_breaks_already():
    before, plan = running('a', memory_bytes=1_000)
    assert admit(before, plan, ALL.tasks[1]).admitted
    assert admit(before, plan, replace(ALL.tasks[0], deadline_ns=16 * MS)).admitted


def test_where_the_policy_knows_no_priorities_there_is_one_place():
    before, plan = running('a', policy=Policy.EDF)
    assert admit(before, plan, ALL.tasks[1]).admitted


def test_whoever_is_over_its_limit_already_must_not_miss_more():
    # d needs more than its 3 ms with each variant, whoever runs beside it.
    before, plan = running('d')
    below = admit(before, plan, ALL.tasks[0])
    assert below.admitted
    assert below.plan.tasks['d'].expected_miss_ratio == 1.0
    assert not below.plan.feasible


@pytest.mark.parametrize('order', ['abc', 'acb', 'cab'])
def test_what_costs_nobody_anything_is_granted_beside_a_task_over_its_limit(order):
    # Cameras drift, so that what b misses depends on when each begins.
    tasks = {
        'a': task('a', 33, 33, camera='x'),
        'b': task('b', 40, 16, camera='y', fixed_priority=-1),
        'c': task('c', 50, 40, camera='z'),
    }
    before = problem(*(tasks[name] for name in order), variants=(('only', 8, 0.8),))
    plan = make_plan(before, simulations=10).plan
    assert admit(before, plan, tasks['a'], keep_plan=True).admitted
    slower = replace(tasks['a'], deadline_ns=2 * tasks['a'].deadline_ns)
    assert admit(before, plan, slower, keep_plan=True).admitted


def test_who_is_over_its_limit_by_the_mean_alone_is_so_only_where_a_request_eases_a_task():
    a, b, c, _ = ALL.tasks
    missed = {'a': Misses(0.06, 0.08), 'b': Misses(0.09, 0.1), 'c': Misses(0.04, 0.06)}
    assert over_limit([a, b], missed, c) == ['b']
    tighter = replace(c, deadline_ns=c.deadline_ns - 1)
    assert over_limit([a, b, c], missed, tighter) == ['b']
    assert over_limit([a, b, c], missed, replace(c, period_ns=c.period_ns + 1)) == ['a', 'b']


def test_a_task_that_is_changed_is_never_excused():
    a, b, _, _ = ALL.tasks
    missed = {'a': Misses(0.9, 0.9), 'b': Misses(0.9, 0.9)}
    assert over_limit([a, b], missed, replace(b, deadline_ns=2 * b.deadline_ns)) == ['a']


def test_priorities_that_are_equal_stay_so():
    """In any strict order one of them would miss some; the earlier deadline first, none does."""
    tasks = [
        task('a', 50, 27, camera='x'), task('b', 66, 59, camera='y'), task('c', 33, 20, camera='z'),
    ]  # fmt: skip
    before = problem(
        *tasks, variants=(('only', 8, 0.8),), run_time_choice=False, packing=Packing.GUARDED
    )
    plan = make_plan(before, simulations=3).plan
    equal = replace(plan, tasks={n: replace(t, priority=1) for n, t in plan.tasks.items()})
    answer = admit(before, equal, replace(tasks[0], deadline_ns=23 * MS), keep_plan=True)
    assert answer.admitted, answer.reason
    assert {each.priority for each in answer.plan.tasks.values()} == {1}


def test_no_admitted_task_breaks_a_promise():
    found = list(cases(4, first=6))
    assert any(case.admitted for case in found)
    assert all(not case.broken for case in found)
    assert all('would' in case.reason for case in found if not case.admitted)
