# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long candidates are simulated, and when the frames of several cameras come."""

from known_problem import MS, problem, task

from rtmdl_ros.planning.phases import horizon_ns, phases, search_seeds


def test_the_time_simulated():
    assert horizon_ns(problem(task('a', 20))) == 1000 * MS
    assert horizon_ns(problem(task('a', 20), task('b', 100))) == 1500 * MS
    # A slow task beside a quick one: 1000 jobs of both together.
    assert horizon_ns(problem(task('a', 20), task('b', 30_980))) == 19_987_096_774


def test_cameras_and_periods_have_phases_of_their_own():
    left, right = {'camera': 'l'}, {'camera': 'r'}
    tasks = problem(task('a', **left), task('b', **right), task('c', **left), task('d', 10, **left))
    found = phases(tasks.releases, 0, 1000 * MS)
    assert set(found) == {('l', 20 * MS), ('r', 20 * MS), ('l', 10 * MS)}
    assert found['l', 20 * MS] == 0
    assert 0 <= found['r', 20 * MS] < 20 * MS
    assert 0 <= found['l', 10 * MS] < 10 * MS
    again, other = (phases(tasks.releases, seed, 20 * MS) for seed in (0, 1))
    assert found == again != other


def test_a_search_looks_at_several_phases_where_there_are_any():
    assert search_seeds(problem(task('a'), task('b'), seed=7)) == (7,)
    assert search_seeds(problem(task('a'), task('b', 10), seed=7)) == tuple(range(7, 15))


def test_a_task_that_comes_seldom_is_simulated_too():
    seldom = problem(task('a', 20), task('b', 60_000, 60_000, camera='r'))
    for seed in range(20):
        assert phases(seldom.releases, seed, 1000 * MS)['r', 60_000 * MS] < 1000 * MS
