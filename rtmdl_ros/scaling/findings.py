# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with data and can be done without: counted, named, told once."""

import sys
from collections.abc import Sequence
from pathlib import Path

_NAMED = 3


class Findings:
    """Kinds of flaws, each with how often it was met and the first few places."""

    def __init__(self) -> None:
        """Begin with none."""
        self._places: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, kind: str, place: str) -> None:
        """Count a flaw, such as 'image cannot be read', in a file."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        places = self._places.setdefault(kind, [])
        if place not in places and len(places) < _NAMED:
            places.append(place)

    def lines(self) -> Sequence[str]:
        """Return a line for each kind, the commonest first."""
        kinds = sorted(self._counts, key=lambda kind: -self._counts[kind])
        return [f'{self._counts[kind]}x {kind}: {self._named(kind)}' for kind in kinds]

    def tell(self, data: Path) -> None:
        """Print the lines to stderr, after the folder that they are about; nothing without any."""
        for line in self.lines():
            print(f'{data}: {line}', file=sys.stderr)

    def _named(self, kind: str) -> str:
        places = self._places[kind]
        more = ', ...' if self._counts[kind] > len(places) else ''
        return ', '.join(places) + more
