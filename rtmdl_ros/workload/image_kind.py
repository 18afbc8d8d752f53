# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What images a camera gives, as far as it decides how long it takes to look at one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Sides of an image in pixels that stages can be measured with.
SMALLEST_SIDE, LARGEST_SIDE = 64, 4096
#: To decompress a pixel takes about so many times as long as to read and shrink it.
_COMPRESSED_COST = 5


@dataclass(frozen=True)
class ImageKind:
    """Size in pixels, and whether images come compressed."""

    width: int = 640
    height: int = 480
    compressed: bool = False

    @property
    def size(self) -> str:
        """The size as people write it: 640x480."""
        return f'{self.width}x{self.height}'

    @property
    def pixels(self) -> int:
        """How many an image has."""
        return self.width * self.height

    def __str__(self) -> str:
        """Return '640x480 raw', as a profile has it."""
        return f'{self.size} {"compressed" if self.compressed else "raw"}'


#: Of a camera of which nothing else is said.
USUAL_IMAGES = ImageKind()


def costliest(kinds: Iterable[ImageKind]) -> ImageKind:
    """Return the kind that takes longest to decode. Raises ValueError where there is none."""
    return max(kinds, key=lambda kind: kind.pixels * (_COMPRESSED_COST if kind.compressed else 1))
