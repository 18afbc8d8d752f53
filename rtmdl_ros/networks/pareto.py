# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Of many variants those that are worth having: no dominated one, even steps in cost."""

from collections.abc import Callable, Sequence
from math import log
from typing import TypeVar

Item = TypeVar('Item')


def pareto(
    items: Sequence[Item], cost: Callable[[Item], int], figure: Callable[[Item], float]
) -> list[Item]:
    """Return those that no other beats at as little cost, from the cheapest to the dearest.

    The larger a figure, the better. Of equals the first stays.
    """
    front: list[Item] = []
    for item in sorted(items, key=lambda i: (cost(i), -figure(i))):
        if not front or figure(item) > figure(front[-1]):
            front.append(item)
    return front


def thinned(front: Sequence[Item], most: int, cost: Callable[[Item], int]) -> list[Item]:
    """Return at most `most` of a front, its ends among them, the steps in log cost even.

    Costs rise and are above 0. Of two that are close the one that is left out is the one that
    leaves the smaller gap. Of 1 it is the dearest.
    """
    kept = list(front)
    while len(kept) > max(2, most):
        gaps = [log(cost(c) / cost(a)) for a, c in zip(kept, kept[2:], strict=False)]
        del kept[1 + gaps.index(min(gaps))]
    return kept[-most:]
