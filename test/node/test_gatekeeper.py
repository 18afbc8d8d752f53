# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the other tasks would pay for is refused, what is not known yet, too. Needs no ROS 2."""

from dataclasses import replace

import pytest

from rtmdl_ros.node.gatekeeper import Gatekeeper
from rtmdl_ros.node.replanning import Answer
from rtmdl_ros.planning.admission import Admission
from rtmdl_ros.planning.limits import DeadlineLimit
from rtmdl_ros.planning.plan import Plan, TaskPlan
from rtmdl_ros.planning.problem import planned_task
from rtmdl_ros.workload.configuration import configuration_of

TASKS = ('a', 'b', 'c')
UNKNOWN = 'what enabling b does to the other tasks is still being simulated; ask again in some'


def tasks(*enabled, **deadlines_ms):
    values = {'tasks': TASKS}
    values |= {f'{name}.function': 'traffic_light' for name in TASKS}
    values |= {f'{name}.enabled': name in enabled for name in TASKS}
    values |= {f'{name}.deadline_ms': float(each) for name, each in deadlines_ms.items()}
    return configuration_of(values).tasks


def answer(enabled, refusals, *, feasible=True, limits=None):
    plans = {name: TaskPlan('small', 1, (), 0.0, 0.5) for name in enabled}
    plan = Plan(plans, {}, 0, 0.0, 0.0, 0.5, feasible)
    demands = tuple(planned_task(name, task) for name, task in tasks(*enabled).items())
    admissions = {
        name: Admission(not reason, None if reason else joined(enabled, name), reason)
        for name, reason in refusals.items()
    }
    return Answer(plan, limits or {}, demands, admissions)


def joined(enabled, name):
    """Return a plan in which a task goes before all others."""
    plans = {each: TaskPlan('small', 1, (), 0.0, 0.5) for each in enabled}
    plans[name] = TaskPlan('large', 9, (), 0.0, 0.5)
    return Plan(plans, {}, 0, 0.0, 0.0, 0.5, True)


def keeper(*learned, start=('a', 'b', 'c')):
    made = Gatekeeper(tasks(*start))
    for each in learned:
        made.learn(each)
    return made


def test_who_was_planned_for_may_rest_and_come_back():
    assert keeper().objection(tasks('a', 'b', 'c'), tasks('a')) == ''
    assert keeper().objection(tasks('a'), tasks('a', 'b')) == ''
    overload = keeper(answer(TASKS, {}, feasible=False))
    assert overload.objection(tasks('a', 'c'), tasks('a', 'b', 'c')).startswith(UNKNOWN)


def test_who_is_alone_is_let_in():
    assert keeper(start=('c',)).objection(tasks(), tasks('b')) == ''


def test_others_are_asked_of_the_simulation():
    assert keeper(start=('a',)).objection(tasks('a'), tasks('a', 'b')).startswith(UNKNOWN)
    knowing = keeper(answer(('a',), {'b': 'a would miss 9.0%, its limit is 5.0%', 'c': ''}))
    assert knowing.objection(tasks('a'), tasks('a', 'b')) == (
        'enabling b costs too much (a would miss 9.0%, its limit is 5.0%); give it a longer '
        'period_ms or deadline_ms, for memory start with a larger memory_mb; wait for the new plan '
        'and ask again'
    )
    assert knowing.objection(tasks('a'), tasks('a', 'c')) == ''
    before, after = tasks('a'), tasks('a', 'b', 'c')
    assert knowing.plan_for('c', before['c'], after['c']) == joined('a', 'c')
    for other, name in ((knowing, 'b'), (knowing, 'a'), (keeper(), 'c')):
        assert other.plan_for(name, before[name], after[name]) is None


def test_what_was_simulated_with_others_says_something_only_where_that_was_harder():
    knowing = keeper(answer(('a', 'c'), {'b': ''}))
    assert knowing.objection(tasks('a'), tasks('a', 'b')) == ''
    refusing = keeper(answer(('a', 'c'), {'b': 'too much'}))
    assert refusing.objection(tasks('a'), tasks('a', 'b')).startswith(UNKNOWN)
    fewer = keeper(answer(('a',), {'b': '', 'c': ''}))
    assert fewer.objection(tasks('a', 'c'), tasks('a', 'b', 'c')).startswith(UNKNOWN)
    assert fewer.objection(tasks('a'), tasks('a', 'b', 'c')).startswith(UNKNOWN)


@pytest.mark.parametrize('changed', ['a', 'b'])
def test_what_was_simulated_with_other_demands_says_nothing(changed):
    knowing = keeper(answer(('a',), {'b': '', 'c': ''}))
    before = tasks('a', **{changed: 20})
    after = {name: replace(task, enabled=name != 'c') for name, task in before.items()}
    assert knowing.objection(before, after).startswith(UNKNOWN)


def test_deadlines_are_limited_for_those_that_run():
    limit = DeadlineLimit(10_000_000, 'c would miss 7.0%, its limit is 5.0%')
    knowing = keeper(answer(('a', 'c'), {'b': ''}, limits={'a': limit}))
    assert knowing.objection(tasks('a', 'c'), tasks('a', 'c', a=10)) == ''
    assert knowing.objection(tasks('a', 'c'), tasks('a', 'c', a=9.5)) == (
        'a.deadline_ms is 9.5, too short beside the other tasks (c would miss 7.0%, its limit is '
        '5.0%); give at least 10.0'
    )
    assert knowing.objection(tasks('c'), tasks('c', a=9.5)) == ''
    alone = knowing.objection(tasks('a'), tasks('a', a=9.5))
    assert alone.startswith('a.deadline_ms is 9.5, too short (c would miss 7.0%')


def test_the_deadline_of_a_task_enabled_since_the_plan_is_not_known():
    knowing = keeper(answer(('a',), {'b': ''}, limits={'a': DeadlineLimit(10_000_000, 'much')}))
    before, after = tasks('a', 'b'), tasks('a', 'b', b=1)
    assert 'b.deadline_ms 1 does to the other tasks' in knowing.objection(before, after)
    assert knowing.objection(tasks('b'), tasks('b', b=1)) == '', 'there is nobody who would pay'


def test_until_the_first_plan_nobody_knows_who_would_pay():
    assert 'still being simulated' in keeper().objection(tasks('a', 'c'), tasks('a', 'c', a=12))
    assert keeper().objection(tasks('a'), tasks('a', a=12)) == ''
    assert keeper().objection(tasks('a', 'c', a=12), tasks('a', 'c')) == ''


def test_the_deadline_that_is_proposed_is_granted():
    limit = DeadlineLimit(10_010_000, 'too much')
    knowing = keeper(answer(('a', 'c'), {'b': ''}, limits={'a': limit}))
    assert knowing.objection(tasks('a', 'c'), tasks('a', 'c', a=10)).endswith('at least 10.1')
    assert knowing.objection(tasks('a', 'c'), tasks('a', 'c', a=10.1)) == ''


def test_a_shorter_deadline_is_run_by_the_plan_that_it_was_admitted_by():
    limits = {'a': DeadlineLimit(10_000_000, 'too much', joined('c', 'a'))}
    knowing = keeper(answer(('a', 'c'), {}, limits=limits))
    now, shorter = tasks('a', 'c'), tasks('a', 'c', a=12)
    assert knowing.plan_for('a', now['a'], shorter['a']) == joined('c', 'a')
    assert knowing.plan_for('a', shorter['a'], now['a']) is None
    assert knowing.plan_for('c', now['c'], tasks('a', 'c', c=12)['c']) is None


def test_limits_hold_only_beside_the_others_as_they_were():
    limits = {name: DeadlineLimit(10_000_000, 'too much') for name in ('a', 'c')}
    knowing = keeper(answer(('a', 'c'), {'b': ''}, limits=limits))
    told = (
        'what a.deadline_ms 12 does to the other tasks as they are now is still being simulated; '
        'change one after the other, or ask again in some seconds'
    )
    before = tasks('a', 'c')
    assert knowing.objection(before, tasks('a', 'c', a=12)) == ''
    assert knowing.objection(before, tasks('a', 'c', a=12, c=12)) == told
    assert knowing.objection(tasks('a', 'c', c=12), tasks('a', 'c', a=12, c=12)) == told
    assert knowing.objection(tasks('a', 'b', 'c'), tasks('a', 'b', 'c', a=12)) == told
    assert knowing.objection(tasks('a'), tasks('a', a=12)) == ''
    often = {name: replace(task, period_ms=5.0) for name, task in tasks('a', 'c', a=12).items()}
    assert knowing.objection(before, often) == told
