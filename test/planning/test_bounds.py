# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What networks take of the bounds of storage and memory."""

import pytest
from known_problem import problem, task

from rtmdl_ros.planning.bounds import beyond_bounds, bytes_above, megabytes, networks_of, too_large
from rtmdl_ros.planning.candidate import Candidate


def test_the_networks_of_a_candidate():
    tasks = problem(task('a'), task('b'))
    assert networks_of(tasks, Candidate((0, 2), (0, 1))) == {
        'a_network/small', 'b_network/large',
    }  # fmt: skip


def test_what_exceeds_a_bound_in_words():
    tasks = problem(task('a'), memory_bytes=2_500_000)
    assert too_large(tasks, Candidate((1,), (0,))) == ''
    assert too_large(tasks, Candidate((2,), (0,))) == '3 MB of memory (bound 2.5 MB)'
    both = {'a_network/small', 'a_network/medium'}
    assert beyond_bounds(tasks, both) == '3 MB of memory (bound 2.5 MB)'


@pytest.mark.parametrize(
    ('count', 'told'), [(0, '0'), (1, '0.01'), (310_000, '0.31'), (2_500_001, '2.51')]
)
def test_megabytes_are_rounded_up(count, told):
    assert megabytes(count) == told


def test_bytes_above_a_bound_are_parts_of_it():
    tasks = problem(task('a'), memory_bytes=2_000_000, storage_bytes=201_000)
    assert [bytes_above(tasks, Candidate((i,), (0,))) for i in range(3)] == pytest.approx(
        [0.0, 0.0, 0.5 + 301_000 / 201_000 - 1.0]
    )
