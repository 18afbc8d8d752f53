# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Choosing variants: no dominated one, none that gains little, within the bound."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.ladder import ZooCandidate, pareto, thinned, within


def candidate(macs: int, figure: float, width: float = 1.0, depth: int = 1) -> ZooCandidate:
    """Return a candidate that is told by its operations."""
    return ZooCandidate(Scale(width, depth), InputSize(32, 32), 1, macs, figure, torch.zeros(2, 1))


def macs_of(candidates: list[ZooCandidate]) -> list[int]:
    """Return the operations of each."""
    return [c.macs for c in candidates]


def test_dominated_ones_are_dropped() -> None:
    """Those that cost as much or more and are no better."""
    found = pareto([candidate(4, 0.7), candidate(1, 0.5), candidate(2, 0.5), candidate(4, 0.8)])
    assert [(c.macs, c.figure) for c in found] == [(1, 0.5), (4, 0.8)]


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), min_size=1))
def test_a_front_rises_and_beats_all(values: list[tuple[int, float]]) -> None:
    """Whatever is left out is beaten or equalled by one that costs no more."""
    candidates = [candidate(*value) for value in values]
    front = pareto(candidates)
    for before, after in pairwise(front):
        assert before.macs < after.macs and before.figure < after.figure
    for other in candidates:
        assert any(c.macs <= other.macs and c.figure >= other.figure for c in front)


def test_thinning_keeps_ends_and_what_gains_most() -> None:
    """Between 10 and 10000 the one goes that gains little, or is the best for a short while."""
    front = [
        candidate(macs, figure)
        for macs, figure in ((10, 0.1), (100, 0.5), (110, 0.6), (1000, 0.61), (10000, 0.9))
    ]
    # Lost: 0.4 * log(110 / 100), 0.1 * log(1000 / 110), 0.01 * log(10000 / 1000).
    assert macs_of(thinned(front, 4)) == [10, 100, 110, 10000]
    assert macs_of(thinned(front, 3)) == [10, 110, 10000]
    assert macs_of(thinned(front, 2)) == [10, 10000]
    assert macs_of(thinned(front, 1)) == [10000]
    assert thinned(front, 9) == front


@pytest.mark.parametrize(
    ('bound', 'expected'), [(100, [1, 2, 3]), (25, [1, 3]), (12, [3]), (9, [])]
)
def test_as_many_as_the_bound_allows(bound: int, expected: list[int]) -> None:
    """Ten bytes each."""
    front = [candidate(macs, macs / 10) for macs in (1, 2, 3)]
    assert macs_of(within(front, 3, bound, lambda some: 10 * len(some))) == expected


def test_where_the_best_does_not_fit_the_next_takes_its_place() -> None:
    """Its size is that of the largest."""
    front = [candidate(macs, macs / 10) for macs in (1, 2, 30)]
    assert macs_of(within(front, 3, 20, lambda some: some[-1].macs)) == [1, 2]


def test_whoever_is_no_slice_of_the_most_accurate_one_is_left_out() -> None:
    """It would make the file larger than what it is beaten by."""
    front = [candidate(1, 0.5, width=0.5), candidate(2, 0.6, 0.5, 2), candidate(3, 0.7)]
    assert macs_of(within(front, 3, 100, len)) == [1, 3]
    # Where the most accurate one does not fit, the deep one may stay.
    assert macs_of(within(front, 3, 2, lambda some: some[-1].macs)) == [1, 2]
