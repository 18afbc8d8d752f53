# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Takes the entries of a user's file out one by one, and tells of those that nobody wants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Entry:
    """A mapping of the file, and its place there for messages."""

    def __init__(self, place: str, content: object) -> None:
        if not isinstance(content, dict):
            raise ValueError(f'{place or "the file"} must hold entries with names')
        self.place = place
        self._left: dict[object, object] = dict(content)

    def take(self, name: str, default: object = None) -> Any:
        """Take an entry out; an empty one is as none, which without default is a ValueError."""
        value = self._left.pop(name, None)
        if value is None:
            value = default
        if value is None:
            raise ValueError(f'{self.at(name)} is missing')
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """Take a number out, at least 0."""
        return number_at(self.at(name), self.take(name, default))

    def at(self, name: object) -> str:
        """Return the place of an entry in it."""
        return f'{self.place}.{name}' if self.place else str(name)

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Take all out, each a mapping itself. Raises ValueError for two of the same name."""
        seen = set()
        for name, content in self._left.items():
            if str(name) in seen:  # 1 and '1' are two keys in YAML
                raise ValueError(f'{self.at(name)} is there twice')
            seen.add(str(name))
            yield str(name), Entry(self.at(name), content)
        self._left.clear()

    def finish(self) -> None:
        """Raise ValueError for an entry that nobody took."""
        for name in self._left:
            raise ValueError(f'{self.at(name)} is not known')


def number_at(place: str, value: object) -> float:
    """Return the number at a place of a file, 0 to 1e9. Raises ValueError, naming the place."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise ValueError(f'{place} is {value!r}; it must be a number from 0, below 1000000000')
    return float(value)
