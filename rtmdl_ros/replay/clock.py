# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How time passes in a drive, whatever the clock of its recording did from file to file.

The messages of one file come by their times: a clock set back within it mixes the frames of before
and after, and cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtmdl_ros.workload.units import NS_PER_S

#: Longer ones are replayed as this. No gap between two runs is worth more time; a board without a
#: clock of its own that learns the date while it records makes one of half a century.
LONGEST_GAP_NS = 60 * NS_PER_S
#: Smaller jumps are not worth a word: files of a split bag may overlap a little.
_TOLD_NS = NS_PER_S // 10


@dataclass(frozen=True)
class ClockJump:
    """Where the replay goes on otherwise than the clock of the recording."""

    #: Frames of the drive before it.
    frames: int
    #: By that clock from the frame before to the one after, in nanoseconds; below 0: set back.
    by_ns: int


class DriveClock:
    """Counts the time that passes from frame to frame."""

    def __init__(self) -> None:
        self.jumps: list[ClockJump] = []
        self._frames = 0
        self._last_ns = 0
        self._passed_ns = 0

    def passed_ns(self, time_ns: int) -> int:
        """Take the time of recording of the next frame; returns when it comes, 0 for the first."""
        by_ns = time_ns - self._last_ns if self._frames else 0
        step_ns = min(max(by_ns, 0), LONGEST_GAP_NS)
        if abs(by_ns - step_ns) > _TOLD_NS:
            self.jumps.append(ClockJump(self._frames, by_ns))
        self._frames += 1
        self._last_ns = time_ns
        self._passed_ns += step_ns
        return self._passed_ns
