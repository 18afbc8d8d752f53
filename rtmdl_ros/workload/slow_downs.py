# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much segments slow each other down that run at once on two lanes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SlowDowns:
    """The pairs that were measured or predicted; of others nothing is known.

    Of more than two segments at once, a segment's factors are multiplied: nobody measures all
    triples, and the product is never below the largest of them.
    """

    #: (segment, segment beside it) -> time beside it / time alone, at least 1.
    factors: Mapping[tuple[str, str], float] = field(default_factory=dict)
    #: Those of them that nobody measured.
    predicted: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a factor that is not a finite number of at least 1 with ValueError."""
        for (segment, beside), factor in self.factors.items():
            if not 1.0 <= factor < math.inf:
                raise ValueError(
                    f'slow-down of {segment} beside {beside} is {factor}; it must be at least 1'
                )

    def known(self, segment: str, beside: str) -> bool:
        """Tell whether both directions of the pair have a factor."""
        return (segment, beside) in self.factors and (beside, segment) in self.factors

    def factor(self, segment: str, beside: str) -> float:
        """Return the factor of `segment` beside another; 1 where nothing is known of it."""
        return self.factors.get((segment, beside), 1.0)

    def at_once(self, segments: Sequence[str]) -> list[float]:
        """Return the factor of each of some segments that run at once, in their order."""
        # By far the most frequent ones, and asked for with every stage.
        if len(segments) < 2:
            return [1.0] * len(segments)
        if len(segments) == 2:
            one, other = segments
            return [self.factor(one, other), self.factor(other, one)]
        return [
            math.prod(self.factor(one, other) for n, other in enumerate(segments) if n != place)
            for place, one in enumerate(segments)
        ]

    def mean(self, lanes: int) -> float:
        """Return the mean factor of all pairs; 1 where none is known, and for a single lane."""
        if lanes == 1 or not self.factors:
            return 1.0
        return sum(self.factors.values()) / len(self.factors)
