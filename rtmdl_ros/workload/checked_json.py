# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""JSON read with full checking: whatever is wrong is told with its place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST = sys.float_info.max


class BadFieldError(Exception):
    """A value that is missing or wrong; the text is one line that names its place."""


def parsed(text: str) -> Node:
    """Return the root of a document. Raises BadFieldError for what is no JSON."""
    try:
        return Node('', json.loads(text))
    except (ValueError, RecursionError) as error:
        raise BadFieldError(f'is no JSON ({error})') from error


@dataclass(frozen=True)
class Node:
    """A value and where it stands; each method raises BadFieldError for another kind of value."""

    #: As 'functions.traffic_light[2].stages'; '' for the whole document.
    place: str
    value: object

    def field(self, name: str) -> Node:
        """Return a field of an object."""
        content = self._object()
        if name not in content:
            raise BadFieldError(f'{self._inside(name)} is missing')
        return Node(self._inside(name), content[name])

    def items(self) -> list[tuple[str, Node]]:
        """Return the fields of an object."""
        content = self._object()
        return [(name, Node(self._inside(name), value)) for name, value in content.items()]

    def entries(self, least: int = 0, most: int | None = None) -> list[Node]:
        """Return the entries of a list that has at least and at most so many."""
        if not isinstance(self.value, list):
            raise self._wrong('a list')
        count = len(self.value)
        if count < least or (most is not None and count > most):
            needed = f'{least}' if most == least else f'at least {least}'
            raise BadFieldError(f'{self.place} has {count} entries, not {needed}')
        return [Node(f'{self.place}[{n}]', value) for n, value in enumerate(self.value)]

    def text(self) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self._wrong('a text')
        return self.value

    def choice(self, choices: Iterable[str]) -> str:
        """Return a text that is one of some."""
        if not isinstance(self.value, str) or self.value not in choices:
            raise self._wrong(f'one of {", ".join(choices)}')
        return self.value

    def count(self, least: int = 0) -> int:
        """Return a whole number of at least so much, of those that fit into 64 bits."""
        if type(self.value) is not int or not least <= self.value < 2**63:
            raise self._wrong(f'a whole number of at least {least}')
        return self.value

    def number(self, low: float, high: float = _MOST) -> float:
        """Return a finite number from low to high."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong('a number')
        if not low <= value <= high:
            bounds = f'of at least {low:g}' if high == _MOST else f'from {low:g} to {high:g}'
            raise self._wrong(f'a finite number {bounds}')
        return float(value)

    def refuse_twice(self, names: Sequence[str], kind: str) -> None:
        """Refuse names of its entries that are not all different."""
        for name in names:
            if names.count(name) > 1:
                raise BadFieldError(f'{self.place} has the {kind} {name} twice')

    def _object(self) -> dict[str, object]:
        if not isinstance(self.value, dict):
            raise self._wrong('an object')
        return self.value

    def _inside(self, name: str) -> str:
        return f'{self.place}.{name}' if self.place else name

    def _wrong(self, wanted: str) -> BadFieldError:
        found = repr(self.value)
        found = found if len(found) <= 40 else f'{found[:37]}...'
        return BadFieldError(f'{self.place or "the content"} is {found}, not {wanted}')
