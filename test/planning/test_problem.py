# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Problems: what is refused, what may be chosen, and what networks take."""

from dataclasses import replace

import pytest
from known_problem import MS, problem, profile, task

from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.problem import (
    PlannedTask,
    Problem,
    problem_of,
    rounded_down,
    rounded_up,
)
from rtmdl_ros.profiling.profile import NetworkProfile, Profile
from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy


def test_variants_below_the_floor_are_not_allowed():
    given = problem(task('a'), task('b', accuracy_floor=0.7))
    assert [[v.name for v in allowed] for allowed in given.allowed] == [
        ['small', 'medium', 'large'],
        ['medium', 'large'],
    ]


def test_orders_matter_only_to_fixed_priorities_and_several_tasks():
    assert problem(task('a'), task('b')).orders_matter
    assert not problem(task('a')).orders_matter
    assert not problem(task('a'), task('b'), policy=Policy.EDF).orders_matter


@pytest.mark.parametrize(
    ('tasks', 'fields', 'message'),
    [
        ((), {}, 'tasks is empty; name at least one'),
        ((task('a'), task('a')), {}, 'tasks holds a twice; rename one'),
        ((task('a'),), {'storage_bytes': 0}, 'storage_mb is 0; give a number above 0'),
        ((task('a'),), {'memory_bytes': -1_000_000}, 'memory_mb is -1; give a number above 0'),
        ((task('a'),), {'lanes': 0}, 'lanes is 0; give at least 1'),
        ((task('a'),), {'cpu_workers': 0}, 'cpu_workers is 0; give at least 1'),
        ((task('a', period_ms=0),), {}, 'a.period_ms is not above 0; give a larger one'),
        ((task('a', deadline_ms=-1),), {}, 'a.deadline_ms is not above 0; give a larger one'),
        ((task('a', weight=0.0),), {}, 'a.weight is not above 0; give a larger one'),
        ((task('a', miss_limit=1.5),), {}, 'a.miss_limit is 1.5; give a number from 0 to 1'),
        (
            (task('a', accuracy_floor=0.9),),
            {},
            'a.accuracy_floor is 0.9, above its best variant, large; lower it to 0.8',
        ),
    ],
)
def test_what_cannot_be_planned_for_is_refused_by_name(tasks, fields, message):
    with pytest.raises(PlanningError) as caught:
        problem(*tasks, **fields)
    assert str(caught.value) == message


def test_a_profile_without_what_is_needed_is_refused():
    message = 'the profile has no variant of b, the function of task b; .* `rtmdl profile '
    with pytest.raises(PlanningError, match=message):
        Problem((task('b'),), profile('a'))
    lost = Profile({}, profile('a').functions, {})
    message = 'the profile lacks network a_network/small of a small; .* `rtmdl profile`'
    with pytest.raises(PlanningError, match=message):
        Problem((task('a'),), lost)


def test_a_problem_from_parameters():
    values = {
        'tasks': ['sign'], 'sign.function': 'traffic_sign', 'sign.period_ms': 50.0,
        'sign.deadline_ms': 40.0, 'sign.priority': 3, 'sign.weight': 2.0, 'sign.late': 'run',
        'sign.accuracy_floor': 0.6, 'sign.miss_limit': 0.1, 'cpu_workers': 3, 'lanes': 4,
        'policy': 'edf', 'packing': 'greedy', 'memory_mb': 1.5, 'choice': 'planned',
    }  # fmt: skip
    found = problem_of(configuration_of(values), profile('traffic_sign'), seed=7)
    expected = PlannedTask(
        'sign', 'traffic_sign', 50 * MS, 40 * MS, 2.0, 0.6, 0.1, LatePolicy.RUN, 3, 'front'
    )
    assert found == Problem(
        (expected,), profile('traffic_sign'), Policy.EDF, Packing.GREEDY, 3, 4, None, 1_500_000,
        7, False,
    )  # fmt: skip


def test_priority_0_is_the_plans_and_memory_0_no_bound():
    given = problem_of(
        configuration_of({'tasks': ['traffic_light']}), profile('traffic_light'), storage_bytes=9
    )
    assert given.tasks[0].fixed_priority == 0
    assert (given.storage_bytes, given.memory_bytes) == (9, None)


def test_what_networks_take_together():
    """Variants of one share their weights on disk; all share what a run takes, once a lane."""
    networks = {
        'a/small': NetworkProfile(10, 100, 1, 0),
        'a/large': NetworkProfile(20, 300, 2, 7_000_000),
        'b/only': NetworkProfile(40, 50, 4, 1_000_000),
    }
    two_lanes = problem(task('a'), lanes=2)
    more = {**two_lanes.profile.networks, **networks}
    given = replace(two_lanes, profile=replace(two_lanes.profile, networks=more))
    assert given.storage_of(['a/small', 'a/large', 'a/large']) == 300 + 1 + 2
    assert given.storage_of(networks) == 300 + 50 + 1 + 2 + 4
    assert given.memory_of(['a/small', 'a/small']) == 10
    # What runs take comes in pieces of 1, 2, 4 and 8 MiB.
    assert given.memory_of(['a/small', 'b/only']) == 10 + 40 + 3 * 2**20
    assert given.memory_of(networks) == 10 + 20 + 40 + 15 * 2**20
    one_lane = replace(given, lanes=1)
    assert one_lane.memory_of(networks) == 10 + 20 + 40 + 7 * 2**20
    assert given.memory_of([]) == 0


@pytest.mark.parametrize(('share', 'down', 'up'), [(0.231, 0.23, 0.24), (0.05, 0.05, 0.05)])
def test_shares_are_rounded_to_the_safe_side(share, down, up):
    assert (rounded_down(share), rounded_up(share)) == (down, up)
