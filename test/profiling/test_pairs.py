# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Pairs: which come first, what is measured within a budget, what is predicted of the rest."""

from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtmdl_ros.profiling.pairs import pairs_in_order, predictions, slow_downs_within

#: Five variants of one network, one of another.
NETWORKS = ['d/1', 'd/2', 'd/3', 'd/4', 'd/5', 'r/1']
SECOND = 10**9

networks = st.lists(
    st.tuples(st.sampled_from('abc'), st.integers(0, 9)), min_size=1, max_size=12, unique=True
).map(lambda found: [f'{family}/{number}' for family, number in sorted(found)])


def test_the_most_telling_pairs_come_first():
    pairs = [frozenset(pair) for pair in pairs_in_order(NETWORKS)]
    across = [{name, 'r/1'} for name in ('d/1', 'd/3', 'd/5')]
    own = [set(pair) for pair in combinations_with_replacement(('d/1', 'd/3', 'd/5'), 2)]
    assert sorted(map(sorted, pairs[:3])) == sorted(map(sorted, across))
    assert sorted(map(sorted, pairs[3:10])) == sorted(map(sorted, [*own, {'r/1'}]))
    assert sorted(map(sorted, pairs[10:12])) == [['d/2', 'r/1'], ['d/4', 'r/1']]
    assert all(pair & {'d/1', 'd/3', 'd/5'} for pair in pairs[12:18])
    assert sorted(map(sorted, pairs[18:])) == [['d/2'], ['d/2', 'd/4'], ['d/4']]


@given(networks)
def test_every_pair_comes_once_and_always_in_the_same_order(names):
    pairs = pairs_in_order(names)
    assert len(pairs) == len(names) * (len(names) + 1) / 2
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)
    assert pairs == pairs_in_order(names)


def test_predictions_are_the_upper_quartile_of_the_same_two_networks():
    measured = {
        ('d/1', 'r/1'): 1.1, ('d/2', 'r/1'): 1.2, ('d/3', 'r/1'): 1.3, ('d/4', 'r/1'): 1.9,
        ('r/1', 'd/1'): 1.5,
    }  # fmt: skip
    predicted = predictions(NETWORKS, measured)
    assert predicted['d/5', 'r/1'] == 1.3, 'the third of four'
    assert predicted['r/1', 'd/4'] == 1.5, 'the other direction has its own'
    # Nothing is known of a network beside itself: the fourth of all five.
    assert predicted['d/1', 'd/2'] == predicted['r/1', 'r/1'] == 1.5
    assert set(predicted) | set(measured) == set(product(NETWORKS, repeat=2))
    assert not set(predicted) & set(measured)


def test_a_prediction_is_never_below_1_and_none_is_made_of_nothing():
    assert predictions(['a/1', 'a/2'], {('a/1', 'a/1'): 0.5})['a/2', 'a/2'] == 1.0
    assert predictions(NETWORKS, {}) == {}


@given(networks, st.data())
def test_a_prediction_is_one_of_the_measured_factors(names, data):
    pairs = st.sampled_from(list(product(names, repeat=2)))
    measured = data.draw(st.dictionaries(pairs, st.floats(1, 5), min_size=1))
    predicted = predictions(names, measured)
    assert set(predicted.values()) <= set(measured.values())


class Watch:
    """A clock on which each pair takes a second."""

    def __init__(self, factors=lambda one, other: 1.25):
        self.now_ns = 5 * SECOND
        self.measured = []
        self._factors = factors

    def measure(self, pair):
        one, other = pair
        self.measured.append(pair)
        self.now_ns += SECOND
        factor = self._factors(one, other)
        return {} if factor is None else {(one, other): factor, (other, one): factor}


def test_pairs_are_measured_until_the_budget_is_used_up():
    watch = Watch()
    shares = []
    found = slow_downs_within(NETWORKS, watch.measure, 2.5, shares.append, lambda: watch.now_ns)
    assert watch.measured == pairs_in_order(NETWORKS)[:3]
    assert shares == [0.0, pytest.approx(0.4), pytest.approx(0.8), 1.0]
    assert len(found.factors) == 36 and len(found.predicted) == 30
    assert not found.predicted & {(one, other) for one, other in watch.measured}
    assert all(found.known(*pair) for pair in product(NETWORKS, repeat=2))


def test_with_time_enough_nothing_is_predicted():
    watch = Watch()
    shares = []
    found = slow_downs_within(NETWORKS, watch.measure, 1000, shares.append, lambda: watch.now_ns)
    assert watch.measured == pairs_in_order(NETWORKS)
    assert not found.predicted and len(found.factors) == 36
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_without_a_budget_nothing_is_said():
    watch = Watch()
    found = slow_downs_within(NETWORKS, watch.measure, 0, clock_ns=lambda: watch.now_ns)
    assert not watch.measured and not found.factors


def test_what_cannot_be_measured_is_predicted():
    watch = Watch(lambda one, other: None if 'r/1' in (one, other) else 1.25)
    found = slow_downs_within(NETWORKS, watch.measure, 1000, clock_ns=lambda: watch.now_ns)
    assert found.predicted == {p for p in product(NETWORKS, repeat=2) if 'r/1' in p}
    assert found.factor('r/1', 'd/2') == 1.25
