# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A recorded drive: the frames of its cameras, when they came, and what is really in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Protocol

from rtmdl_ros.perception.images import Pixels
from rtmdl_ros.replay.clock import ClockJump
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.image_kind import ImageKind
from rtmdl_ros.workload.units import NS_PER_S


@dataclass(frozen=True)
class RecordedFrame:
    """One frame as it was recorded."""

    camera: str
    #: Among the frames of its camera, from 0.
    number: int
    #: As recorded, a std_msgs/Header of a bag.
    header: Any
    #: Returns the pixels as BGR uint8 (H, W, 3); raises ImageError.
    decode: Callable[[], Pixels]


@dataclass(frozen=True)
class CameraTrack:
    """All frames of one camera."""

    #: Where they were recorded, in words.
    source: str
    #: What the largest one is like.
    images: ImageKind
    #: When each was recorded and the stamp in its header, in nanoseconds.
    times_ns: tuple[int, ...]
    stamps_ns: tuple[int, ...]
    #: When each comes in a replay at that pace, from 0 for the first frame of the drive.
    passed_ns: tuple[int, ...]
    #: How many frames the recording says that it has.
    promised: int

    @property
    def rate_hz(self) -> float:
        """Frames a second by the median of their distances, 0 of fewer than two."""
        distances = [after - before for before, after in pairwise(self.passed_ns)]
        distance_ns = median(distances) if distances else 0
        return NS_PER_S / distance_ns if distance_ns else 0.0


class Drive(Protocol):
    """What is replayed. Reading it may raise ReplayError at any time."""

    #: By camera, in the order of the parameters; at least one frame each.
    tracks: Mapping[str, CameraTrack]
    #: What is really in the frames, by function, camera and number; empty where it is not known.
    truth: Mapping[tuple[str, str], Mapping[int, tuple[Detection, ...]]]
    #: How many messages tell it, those without a frame among them.
    truth_messages: Mapping[tuple[str, str], int]
    #: SHA-256 of all that is replayed: times, headers and images.
    digest: str
    #: By time.
    jumps: tuple[ClockJump, ...]

    def frames(self) -> Iterator[RecordedFrame]:
        """Yield all frames, by the time of their recording."""
