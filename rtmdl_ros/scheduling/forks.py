# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where a job may still go on with another variant: those that have done the same so far.

A function of two networks has variants with the same first one. Until the second begins, a job of
one of them may become a job of another.
"""

from __future__ import annotations

from collections.abc import Sequence

from rtmdl_ros.scheduling.chains import Chain
from rtmdl_ros.workload.records import Resource, Stage


class Forks:
    """Of each chain of a ladder, by stage, those that go on from there like it or otherwise."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        """Compare all chains with each other; of these, only names and networks count."""
        #: By chain and stage: places in the ladder of all that do the same before that stage.
        self._open: dict[tuple[str, int], tuple[int, ...]] = {}
        #: The same, where one of them does something else in that stage.
        self._parting: set[tuple[str, int]] = set()
        counts = [len(chain.stages) for chain in chains]
        #: By chain and stage: how many stages these have at least and at most.
        self._counts = {(chain.name, 0): (min(counts), max(counts)) for chain in chains}
        for own, chain in enumerate(chains):
            alike = [alike_stages(chain.stages, other.stages) for other in chains]
            alike[own] = counts[own]
            for stage in range(1, counts[own] + 1):
                places = tuple(n for n, count in enumerate(alike) if count >= stage)
                possible = [counts[n] for n in places]
                self._counts[chain.name, stage] = min(possible), max(possible)
                if len(places) > 1:
                    self._open[chain.name, stage] = places
                    if any(alike[n] == stage for n in places):
                        self._parting.add((chain.name, stage))

    def open(self, chain: str, stage: int) -> tuple[int, ...]:
        """Return the places of all chains that a job before this stage may end with.

        Empty where it is only its own.
        """
        return self._open.get((chain, stage), ())

    def stage_counts(self, chain: str, stage: int) -> tuple[int, int]:
        """Return how many stages these chains, or only its own, have at least and at most."""
        return self._counts[chain, stage]

    def parting(self, chain: str, stage: int) -> bool:
        """Tell whether they part at this stage, so that one is to be chosen."""
        return (chain, stage) in self._parting


def alike_stages(first: Sequence[Stage], second: Sequence[Stage]) -> int:
    """Return after how many stages a job of one chain can become a job of the other.

    That is after the last segment of the networks that both begin with; what lies behind it on the
    CPU belongs to the networks to come. 0 where the first network differs or is not told, where no
    other one follows, and where the next stages need other resources.
    """
    alike = 0
    for number, (one, other) in enumerate(zip(first, second, strict=False)):
        if (one.name, one.resource, one.segment) != (other.name, other.resource, other.segment):
            break
        if one.resource is Resource.ACCELERATOR and one.segment:
            alike = number + 1
    if not alike:  # of most pairs
        return 0
    kinds = [[stage.resource for stage in chain[alike:]] for chain in (first, second)]
    if all(Resource.ACCELERATOR in own for own in kinds) and kinds[0][0] is kinds[1][0]:
        return alike
    return 0
