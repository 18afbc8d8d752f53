# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variants are loaded first, and which are left out where the memory of a GPU ends.

First come those without which nothing runs, then the others from the smallest on. At the first
of these that does not fit it and all larger ones are left out: a large one pushed in would take
the room of several small ones, which jobs fall back on when time is short.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rtmdl_ros.engine.errors import EngineError, OutOfMemoryError
from rtmdl_ros.perception.functions import FunctionVariant

#: A function and one of its variants.
Wanted = tuple[str, FunctionVariant]


def loading_order(
    ladders: Mapping[str, Sequence[FunctionVariant]], needed: Mapping[str, Collection[str]]
) -> tuple[Wanted, ...]:
    """Return all variants in the order in which they are loaded; `needed` are names by function.

    By their operations; where those are not known as the ladder has them.
    """
    choices = [(function, choice) for function, own in ladders.items() for choice in own]
    return tuple(
        sorted(choices, key=lambda c: (c[1].name not in needed.get(c[0], ()), c[1].macs))
    )


@dataclass(frozen=True)
class Fitted:
    """What became of the variants."""

    loaded: tuple[Wanted, ...]
    left_out: tuple[Wanted, ...]

    def in_words(self) -> str:
        """Return what to tell the user of those left out; '' where there are none."""
        if not self.left_out:
            return ''
        names = ', '.join(f'{function} {choice.name}' for function, choice in self.left_out)
        return (
            f'the memory of the GPU is full: {len(self.left_out)} of '
            f'{len(self.left_out) + len(self.loaded)} variants are left out, the largest: {names}; '
            'end what else uses the GPU, or give fewer tasks'
        )


def load_what_fits(
    order: Sequence[Wanted],
    needed: Mapping[str, Collection[str]],
    load: Callable[[str, FunctionVariant], None],
) -> Fitted:
    """Load variants in an order until the memory ends.

    Raises EngineError where it ends at a needed one, and whatever else `load` raises.
    """
    loaded: list[Wanted] = []
    for place, (function, choice) in enumerate(order):
        try:
            load(function, choice)
        except OutOfMemoryError as error:
            if choice.name in needed.get(function, ()):
                raise EngineError(
                    f'{error}, nor for less than the variants that tasks must have; end what else '
                    'uses the GPU, give fewer tasks or lanes, or set device to cpu'
                ) from error
            return Fitted(tuple(loaded), tuple(order[place:]))
        loaded.append((function, choice))
    return Fitted(tuple(loaded), ())
