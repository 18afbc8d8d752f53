# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much segments slow each other down that run at once on two lanes."""

import math
from collections.abc import Iterable, Mapping
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

    def together(self, segment: str, others: Iterable[str]) -> float:
        """Return the factor of `segment` beside all of `others`."""
        return math.prod(self.factor(segment, other) for other in others)

    def mean(self, lanes: int) -> float:
        """Return the mean factor of all pairs; 1 where none is known, and for a single lane."""
        if lanes == 1 or not self.factors:
            return 1.0
        return sum(self.factors.values()) / len(self.factors)
