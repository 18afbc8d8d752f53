# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Lists of processor cores as `taskset -c` and cgroups take them: '0-1,3'."""

import re
from collections.abc import Iterable

_PART = re.compile(r'(\d{1,4})(?:-(\d{1,4}))?')


def core_list(cores: Iterable[int]) -> str:
    """Return a list that `cores_in` reads as the same cores: '0,1,3'."""
    return ','.join(str(core) for core in cores)


def cores_in(text: str) -> tuple[int, ...]:
    """Return the cores in a list, rising; none in an empty one. Raises ValueError."""
    if not text.strip():
        return ()
    cores: set[int] = set()
    for part in text.split(','):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(f'{part.strip()!r} is neither a core nor a range of cores')
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueError(f'{part.strip()!r} ends before it begins')
        cores |= set(range(first, last + 1))
    return tuple(sorted(cores))
