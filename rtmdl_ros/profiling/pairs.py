# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which pairs of networks to measure first within a time budget, and what is said of the rest."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations_with_replacement, product

from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_S

#: Two networks by their names, as in StageProfile.network; the order does not matter.
Pair = tuple[str, str]
Factors = Mapping[Pair, float]

#: Of the measured factors this quantile is taken for the others: rather too much than too little.
_CAUTIOUS = 0.75


def slow_downs_within(
    networks: Sequence[str],
    measure: Callable[[Pair], Factors],
    budget_s: float,
    progress: Callable[[float], None] = lambda share: None,
    clock_ns: Callable[[], int] = time.monotonic_ns,
) -> SlowDowns:
    """Measure pairs in the order of `pairs_in_order` until the time is used up; predict the rest.

    `networks` are the names of all variants, those of a network from the smallest to the largest.
    `measure` returns the factors of a pair in both directions; none where it cannot be measured.
    `progress` is told the share of the work that is done, 0 to 1. The last pair may take longer
    than `budget_s` seconds; with 0 none is measured, and nothing is said of any.
    """
    pairs = pairs_in_order(networks)
    start_ns, budget_ns = clock_ns(), budget_s * NS_PER_S
    measured: dict[Pair, float] = {}
    for done, pair in enumerate(pairs):
        spent_ns = clock_ns() - start_ns
        if spent_ns >= budget_ns:
            break
        progress(max(done / len(pairs), spent_ns / budget_ns))
        measured.update(measure(pair))
    progress(1.0)
    predicted = predictions(networks, measured)
    return SlowDowns({**measured, **predicted}, frozenset(predicted))


def predictions(networks: Iterable[str], measured: Factors) -> dict[Pair, float]:
    """Return a factor for each pair of variants, in both directions, that was not measured.

    It is the upper quartile of those that were measured of the same two networks, in the same
    direction, or where there are none of all; at least 1. None is made of nothing.
    """
    by_networks: dict[Pair, list[float]] = {}
    for (one, beside), factor in measured.items():
        by_networks.setdefault((_network(one), _network(beside)), []).append(factor)
    cautious = {key: _cautious(factors) for key, factors in by_networks.items()}
    if not measured:
        return {}
    otherwise = _cautious(measured.values())
    return {
        (one, beside): cautious.get((_network(one), _network(beside)), otherwise)
        for one, beside in product(networks, repeat=2)
        if (one, beside) not in measured
    }


def pairs_in_order(networks: Sequence[str]) -> list[Pair]:
    """Return each two of some variants, and each with itself, the most telling ones first.

    `networks` are as for `slow_downs_within`. First come the smallest, the middle and the largest
    variant of every network beside those of others, then beside those of their own; then every
    variant beside those of others and of its own; then the rest. Each of these five in an order
    by lot, always the same, so that a budget that ends there leaves no network out.
    """
    families: dict[str, list[str]] = {}
    for name in networks:
        families.setdefault(_network(name), []).append(name)
    anchors = {
        name for own in families.values() for name in (own[0], own[len(own) // 2], own[-1])
    }

    def rank(pair: Pair) -> int:
        known = sum(name in anchors for name in pair)
        same = _network(pair[0]) == _network(pair[1])
        return (4, 2, 0)[known] + (same if known else 0)

    pairs = list(combinations_with_replacement(networks, 2))
    random.Random(0).shuffle(pairs)
    return sorted(pairs, key=rank)


def _cautious(factors: Iterable[float]) -> float:
    return max(1.0, quantile(sorted(factors), _CAUTIOUS))


def _network(name: str) -> str:
    return name.partition('/')[0]
