# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A drive in a video file: one camera, its frames at the rate of the video."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

from rtmdl_ros.perception.footage import EndOfFootageError, FootageError, open_footage
from rtmdl_ros.perception.images import Pixels
from rtmdl_ros.replay.bag_writer import header_at
from rtmdl_ros.replay.clock import ClockJump
from rtmdl_ros.replay.drive import CameraTrack, RecordedFrame
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.image_kind import USUAL_IMAGES, ImageKind
from rtmdl_ros.workload.units import NS_PER_S

SUFFIXES = ('.avi', '.m4v', '.mkv', '.mov', '.mp4', '.mpg', '.webm')
_FRAME_ID = 'camera_optical_frame'


class VideoDrive:
    """All frames of a video (`Drive`); their stamps count from 0."""

    def __init__(
        self, path: Path, camera: str, progress: Callable[[], None] = lambda: None
    ) -> None:
        """Read the video once, calling `progress` after each frame; raises ReplayError."""
        self._path = path
        self._camera = camera
        digest = hashlib.sha256()
        times: list[int] = []
        images = USUAL_IMAGES
        for time_ns, pixels in self._pictures():
            if not times:
                images = ImageKind(pixels.shape[1], pixels.shape[0])
            times.append(time_ns)
            digest.update(f'{time_ns} '.encode())
            digest.update(pixels.tobytes())
            progress()
        found = tuple(times)
        track = CameraTrack('the video', images, found, found, found, promised=len(found))
        self.tracks: Mapping[str, CameraTrack] = {camera: track}
        self.truth: Mapping[tuple[str, str], Mapping[int, tuple[Detection, ...]]] = {}
        self.truth_messages: Mapping[tuple[str, str], int] = {}
        self.digest = digest.hexdigest()
        self.jumps: tuple[ClockJump, ...] = ()

    def frames(self) -> Iterator[RecordedFrame]:
        """Yield all frames; raises ReplayError."""
        for number, (time_ns, pixels) in enumerate(self._pictures()):
            header = header_at(time_ns, _FRAME_ID)
            yield RecordedFrame(self._camera, number, header, _returning(pixels))

    def _pictures(self) -> Iterator[tuple[int, Pixels]]:
        """Yield the time in ns and the pixels of all frames; there is at least one."""
        try:
            footage = open_footage(str(self._path))
            for index in count():
                yield round(index * NS_PER_S / footage.rate_hz), footage.frame(index)
        except EndOfFootageError:
            return
        except FootageError as error:
            raise ReplayError(str(error)) from error


def _returning(pixels: Pixels) -> Callable[[], Pixels]:
    return lambda: pixels
