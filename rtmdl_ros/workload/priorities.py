# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How priorities that a user gives and those of a plan go together."""

#: Beyond all that a plan may give.
_BEYOND = 10_000


def priority_in_force(given: int, planned: int) -> int:
    """Return a task's priority as the scheduler compares it: the larger, the more urgent.

    A given one above 0 goes before all planned ones, one below 0 after them; with 0 the planned
    one stands, -1000 to 1000.
    """
    if given == 0:
        return planned
    return given + _BEYOND if given > 0 else given - _BEYOND
