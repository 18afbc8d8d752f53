# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Room between the reservations of an executor."""

from __future__ import annotations

from collections.abc import Iterable

#: From when until when an executor is taken.
Reservation = tuple[int, int]


def first_gap(
    reserved: Iterable[Reservation], ready_ns: int, length_ns: int
) -> tuple[int, int, int]:
    """Return the first instant from `ready_ns` on with so much room, in order of time.

    After it, for how long there was nothing before it, and how many reservations are before it.
    """
    free_ns = before = 0
    for start_ns, end_ns in reserved:
        if start_ns >= ready_ns + length_ns:
            break
        free_ns = end_ns
        ready_ns = max(ready_ns, end_ns)
        before += 1
    return ready_ns, ready_ns - free_ns, before
