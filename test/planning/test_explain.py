# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is said of a choice, of demands that cannot be met, and of the front."""

import json
from dataclasses import replace

import pytest
from known_problem import VARIANTS, problem, task

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.errors import PlanError
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.explain import reasons, remedies
from rtmdl_ros.planning.front import front_of, write_front
from rtmdl_ros.planning.front_picture import draw_front
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.problem import problem_of
from rtmdl_ros.planning.random_problems import random_problem
from rtmdl_ros.planning.search import confirming
from rtmdl_ros.workload.configuration import configuration_of


def said(given_problem, *variants):
    """Return the reasons of a candidate in the order of the tasks."""
    evaluator = Evaluator(given_problem)
    order = tuple(range(len(variants)))
    candidate = Candidate(variants, order)
    budget = Budget(evaluator, simulations=100)
    return reasons(evaluator, confirming(given_problem), budget, candidate)


def test_the_most_accurate_variant_needs_no_reason():
    assert said(problem(task('a')), 2) == ('a: large, its most accurate variant',)


def test_the_next_one_would_make_somebody_miss():
    tasks = problem(task('a', 20, 17), task('b', 20, 17))
    assert said(tasks, 1, 2) == (
        'a: medium; the next more accurate one, large, would make b miss 100.0% (limit 5.0%)',
        'b: large, its most accurate variant',
    )
    assert said(problem(task('a', 20, 9)), 1) == (
        'a: medium; the next more accurate one, large, would make it miss 100.0% (limit 5.0%)',
    )


def test_the_next_one_would_not_fit():
    assert said(problem(task('a'), memory_bytes=2_500_000), 1) == (
        'a: medium; the next more accurate one, large, would take 3 MB of memory (bound 2.5 MB)',
    )
    assert said(problem(task('a'), storage_bytes=210_000), 1) == (
        'a: medium; the next more accurate one, large, would take 0.31 MB of storage '
        '(bound 0.21 MB)',
    )


def test_a_plan_that_could_be_better_is_told():
    assert said(problem(task('a')), 1) == (
        'a: medium; the next more accurate one, large, would do as well by these simulations: give '
        'the search more time',
    )


def test_what_there_was_no_time_for_is_said():
    spent = problem(task('a'))
    evaluator = Evaluator(spent)
    budget = Budget(evaluator, simulations=1)
    evaluator.fitness(Candidate((0,), (0,)))
    assert reasons(evaluator, confirming(spent), budget, Candidate((0,), (0,))) == (
        'a: small; the next more accurate one, medium, was not tried: no time was left',
    )
    assert evaluator.simulations == 1


def test_the_next_one_would_lose_more_than_it_gains():
    tasks = problem(task('a', 20, 17), task('b', 20, 17, miss_limit=1.0))
    assert said(tasks, 1, 2)[0] == (
        'a: medium; the next more accurate one, large, would lose more through misses than it '
        'gains: b would miss 100.0% (now 1.4%)'
    )


def test_the_next_one_is_no_better():
    same = tuple((name, time_ms, 0.8) for name, time_ms, _ in VARIANTS)
    assert said(problem(task('a', 200, 200), variants=same), 0) == (
        'a: small; the next more accurate one, medium, would gain nothing',
    )


def remedied(given_problem, *variants):
    """Return the remedies for a candidate in the order of the tasks."""
    candidate = Candidate(variants, tuple(range(len(variants))))
    return remedies(given_problem, candidate, Evaluator(given_problem).fitness(candidate))


def test_nothing_to_relax_where_all_is_kept():
    assert remedied(problem(task('a')), 2) == ()


def test_which_limit_to_relax_and_by_how_much():
    assert remedied(problem(task('a', 20, 3)), 0) == (
        'a.miss_limit is 0.05, but 100.0% are missed at the least that was found; give the task '
        'more time, or raise the limit to 1',
    )


def test_which_bound_to_relax_and_by_how_much():
    tasks = problem(task('a'), task('b'), memory_bytes=1_500_000, storage_bytes=100_000)
    assert remedied(tasks, 0, 0) == (
        'storage_mb is 0.1, but the smallest variants need 0.21; raise it to 0.21',
        'memory_mb is 1.5, but the smallest variants need 2; raise it to 2',
    )


def test_a_bound_is_raised_far_enough_however_large_it_is():
    tasks = problem(task('a'))
    networks = {
        name: replace(each, memory_bytes=10_000_014_000)
        for name, each in tasks.profile.networks.items()
    }
    profile = replace(tasks.profile, networks=networks)
    (line,) = remedied(replace(tasks, profile=profile, memory_bytes=10**10), 0)
    assert line.endswith('need 10000.02; raise it to 10000.02')


def test_a_bound_that_only_what_misses_too_much_would_keep():
    """Smaller variants fit but are no help: the bound is to be raised for those that were found."""
    tasks = problem(task('a'), task('b'), memory_bytes=3_500_000)
    assert remedied(tasks, 1, 1) == (
        'memory_mb is 3.5, but those variants that miss little need 4; raise it to 4',
    )


def test_relaxed_as_it_says_the_demands_can_be_met():
    tight = problem(task('a', 20, 20), task('b', 20, 20), memory_bytes=1_500_000)
    assert not make_plan(tight, simulations=20).plan.feasible
    relaxed = problem(task('a', 20, 20), task('b', 20, 20), memory_bytes=2_000_000)
    assert make_plan(relaxed, simulations=20).plan.feasible


def test_a_plan_with_its_reasons_and_its_front():
    planned = make_plan(problem(task('a', 20, 17, weight=2.0), task('b', 20, 17)), simulations=50)
    assert planned.plan.feasible
    assert planned.plan.tasks['a'].variant == 'large'
    assert planned.plan.notes[1].startswith('b: medium; the next more accurate one, large, would')
    assert sum(point.chosen for point in planned.front) == 1


def test_a_plan_from_parameters():
    given = problem(task('traffic_light'))
    wanted = problem_of(configuration_of({'tasks': ['traffic_light']}), given.profile)
    plan = make_plan(wanted, seconds=5.0).plan
    assert plan.tasks['traffic_light'].variant == 'large'
    assert plan.device == {'processor': 'hand-made'}


@pytest.fixture(scope='module')
def planned():
    given_problem = random_problem(1, 3, 6)
    return given_problem, make_plan(given_problem, simulations=60)


def test_nobody_on_the_front_beats_another(planned):
    _, made = planned
    for feasible in (True, False):
        points = [p for p in made.front if p.feasible is feasible and not p.chosen]
        for one in points:
            assert not any(
                other.miss_ratio <= one.miss_ratio and other.accuracy_loss < one.accuracy_loss
                for other in points
            )


def test_the_front_as_a_file_and_a_picture(planned, tmp_path):
    given_problem, made = planned
    assert front_of(given_problem, made.found) == made.front
    path = tmp_path / 'new' / 'front.json'
    write_front(made.front, path)
    points = json.loads(path.read_text())['front']
    assert len(points) == len(made.front)
    chosen = next(point for point in points if point['chosen'])
    assert chosen['variants'] == {n: t.variant for n, t in made.plan.tasks.items()}
    draw_front(made.front, tmp_path / 'front.png')
    assert (tmp_path / 'front.png').read_bytes().startswith(b'\x89PNG')
    with pytest.raises(PlanError, match=r'cannot be written .*; give another file'):
        write_front(made.front, tmp_path)
