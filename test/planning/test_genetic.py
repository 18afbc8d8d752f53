# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""NSGA-II: the coding of candidates, and what it finds."""

from hypothesis import given, settings
from hypothesis import strategies as st
from known_problem import problem, task

from rtmdl_ros.planning.budget import Budget
from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.genetic import decoded, encoded, evolve
from rtmdl_ros.planning.random_problems import random_problem

THREE = problem(task('a'), task('b'), task('c', accuracy_floor=0.7))


@settings(max_examples=50)
@given(
    st.permutations(range(3)),
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)),
)
def test_coding_is_undone_by_decoding(order, variants):
    candidate = Candidate(variants, tuple(order))
    vector = encoded(THREE, candidate)
    assert vector.min() >= 0.0 and vector.max() <= 1.0
    assert decoded(THREE, vector) == candidate


def test_the_ends_of_the_numbers_are_variants_too():
    assert decoded(THREE, [1.0] * 6) == Candidate((2, 2, 1), (0, 1, 2))
    assert decoded(THREE, [0.0] * 6) == Candidate((0, 0, 0), (0, 1, 2))


def test_it_begins_with_what_it_is_given_and_goes_on_alike():
    given_problem = random_problem(0, 4, 4)
    start = [Candidate((0, 0, 0, 0), (0, 1, 2, 3)), Candidate((1, 0, 0, 0), (3, 2, 1, 0))]
    seen = []
    for _ in range(2):
        evaluator = Evaluator(given_problem)
        evolve(evaluator, Budget(evaluator, simulations=12), start)
        seen.append(evaluator.known)
    assert set(start) <= set(seen[0])
    assert len(seen[0]) > len(start)
    assert seen[0] == seen[1]
