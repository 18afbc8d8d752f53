# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Into how many segments a detector is best cut."""

from rtmdl_ros.workload.units import NS_PER_MS

#: About what a segment should take at most: a more urgent task waits for one of them, a small part
#: of the 33 ms between two frames. Shorter ones cost more than they are worth: the largest
#: detectors take 3 to 4 % longer in two segments, 4 to 5 % in three
#: (`python3 -m rtmdl_ros.bench.cutting_cost`), and every segment is one more hand-over.
TARGET_NS = 5 * NS_PER_MS
#: Of the shipped detectors a fourth shortens the longest segment by 3 to 5 % only.
MOST_SEGMENTS = 3


def segments_for(whole_ns: int, tasks: int) -> int:
    """Return the number of segments, 1 to MOST_SEGMENTS, for a detector of a node with some tasks.

    whole_ns is the time in nanoseconds that it takes uncut. The only task of a node blocks nobody.
    """
    if tasks == 1:
        return 1
    return min(MOST_SEGMENTS, max(1, -(-whole_ns // TARGET_NS)))
