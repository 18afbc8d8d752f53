# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How priorities that a user gives and those of a plan go together."""

#: Priorities, given or planned, are from minus this to this.
PRIORITY_LIMIT = 1000
#: Between given and planned ones.
_BEYOND = 10 * PRIORITY_LIMIT


def priority_in_force(given: int, planned: int) -> int:
    """Return a task's priority as the scheduler compares it: the larger, the more urgent.

    A given one above 0 goes before all planned ones, one below 0 after them; with 0 the planned
    one stands.
    """
    if given == 0:
        return planned
    return given + _BEYOND if given > 0 else given - _BEYOND
