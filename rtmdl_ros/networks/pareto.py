# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Of many variants those that are worth having: no dominated one, none that gains little."""

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


def thinned(
    front: Sequence[Item],
    most: int,
    cost: Callable[[Item], int],
    figure: Callable[[Item], float],
) -> list[Item]:
    """Return at most `most` of a front, its ends among them: those that make the best of any bound.

    Costs rise and are above 0. One after the other goes whoever loses least: the gain over the one
    before, times the span of log costs for which it was the best to be had (greedy hypervolume
    subset selection, A. P. Guerreiro, C. M. Fonseca, L. Paquete, "The hypervolume indicator",
    2021). Of 1 it is the dearest.
    """
    kept = list(front)
    while len(kept) > max(2, most):
        losses = [
            (figure(item) - figure(before)) * log(cost(after) / cost(item))
            for before, item, after in zip(kept, kept[1:], kept[2:], strict=False)
        ]
        del kept[1 + losses.index(min(losses))]
    return kept[-most:]
