# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Image files of users: read and decoded, with what is wrong with them counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.perception.picture_file import decoded_picture, read_picture
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.findings import Findings

#: In the order in which they may keep a picture that is in several.
SPLITS = ('train', 'val', 'test')
#: More useless images than this share are refused: it is the wrong folder or a torn download.
MOST_USELESS = 0.5


class PictureFiles:
    """The image files of a folder; a picture belongs to the first of the SPLITS that it is in.

    So it does in whatever order, and of how many of them, images are read.
    """

    def __init__(
        self, folder: Path, paths_of: Callable[[str], Iterable[Path]] = lambda split: ()
    ) -> None:
        """Begin with none read; `paths_of` gives the files of a split that is before another.

        Without it each split keeps all its pictures.
        """
        self._folder = folder
        self._paths_of = paths_of
        self._digests: dict[str, frozenset[bytes]] = {}
        self._useless: dict[str, set[Path]] = {}

    def image(self, path: Path, split: str, findings: Findings) -> NDArray[np.uint8] | None:
        """Return the pixels (H, W, 3) BGR, or None after a finding on why it cannot be used."""
        content, flaw = b'', 'image cannot be read'
        try:
            content = path.read_bytes()
        except (FileNotFoundError, ValueError):  # also for a name that no file can have
            flaw = 'image is missing'
        except OSError as error:
            flaw = f'image cannot be read ({error.strerror})'
        image = decoded_picture(content)
        if image is None:
            self.useless(flaw, path, split, findings)
            return None
        other = self._earlier(_digest(content), split)
        if other is not None:
            findings.add(f'image of the {other} split again, left out', str(path))
            return None
        return image

    def _earlier(self, digest: bytes, split: str) -> str | None:
        """Return the first split before this one that has a picture; None: no such has."""
        before = SPLITS[: SPLITS.index(split)]
        return next((other for other in before if digest in self._digests_of(other)), None)

    def _digests_of(self, split: str) -> frozenset[bytes]:
        if split not in self._digests:
            self._digests[split] = frozenset(_digests(self._paths_of(split)))
        return self._digests[split]

    def useless(self, flaw: str, path: Path, split: str, findings: Findings) -> None:
        """Count an image that cannot be used for a flaw of its own."""
        findings.add(flaw, str(path))
        self._useless.setdefault(split, set()).add(path)

    def refuse_useless(self, split: str, count: int, findings: Findings) -> None:
        """Raise DataError where most of the images of a split, so many, cannot be used."""
        if len(self._useless.get(split, ())) > MOST_USELESS * count:
            problem = f'most of the {count} {split} images cannot be used'
            problem = '; '.join((problem, *findings.lines()))
            remedy = 'check the paths, and export or download the images again'
            raise DataError(self._folder, problem, remedy)


def checked_picture(path: Path, remedy: str) -> NDArray[np.uint8]:
    """Return the pixels (H, W, 3) BGR; raises DataError with the remedy where there are none."""
    try:
        image = read_picture(path)
    except OSError as error:
        raise DataError(path, f'cannot be read ({error.strerror})', remedy) from error
    if image is None:
        raise DataError(path, 'cannot be read as an image', remedy)
    return image


def _digests(paths: Iterable[Path]) -> Iterable[bytes]:
    """Yield the digests of files, but for those that cannot be read: told with their own split."""
    for path in paths:
        with suppress(OSError, ValueError):
            yield _digest(path.read_bytes())


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
