# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where to cut a network, whatever it is made of, into segments of nearly equal work."""

from collections.abc import Callable, Sequence
from itertools import accumulate

#: How far from its ideal place a cut may lie to let fewer bytes cross, as a share of all work.
SLACK = 0.05


def cut_positions(
    work: Sequence[int], segments: int, crossing_bytes: Callable[[int], float]
) -> list[int]:
    """Return the positions of the segments - 1 cuts, rising; position p is before node p.

    `work` is what each node computes, at least as many as segments; `crossing_bytes` tells for a
    position how many bytes are made before it and needed after it.
    """
    done = list(accumulate(work, initial=0))
    positions = [0]
    for number in range(1, segments):
        ideal = done[-1] * number / segments
        # Every segment, those to come as well, has at least one node.
        places = range(positions[-1] + 1, len(work) - (segments - number) + 1)
        off = {place: abs(done[place] - ideal) for place in places}
        limit = max(SLACK * done[-1], min(off.values()))
        near = [place for place in places if off[place] <= limit]
        # Of equals the last: a convolution and the activation behind it stay together, which
        # ONNX Runtime computes as one.
        positions.append(min(near, key=lambda p: (crossing_bytes(p), off[p], -p)))
    return positions[1:]
