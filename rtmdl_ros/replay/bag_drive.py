# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A drive in a bag."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from posixpath import commonpath
from typing import Any

from rtmdl_ros.deployment.message_fields import detections_in, stamp_ns_of
from rtmdl_ros.perception.images import by_views, claimed_kind, decompressed
from rtmdl_ros.replay.bag import Bag, Topic
from rtmdl_ros.replay.cameras import absolute, is_camera
from rtmdl_ros.replay.clock import DriveClock
from rtmdl_ros.replay.drive import CameraTrack, RecordedFrame
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.message_types import DETECTION_ARRAY, IMAGE
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.image_kind import ImageKind
from rtmdl_ros.workload.units import NS_PER_S

#: Above the last part of their names, which is the function: '/camera_sim/truth/traffic_light'.
_TRUTH = 'truth'
#: Seconds of a stamp have 32 bits.
_LAST_STAMP_NS = 2**31 * NS_PER_S


#: Function and camera.
Place = tuple[str, str]
#: A stamp in ns, and what is really in the frame that has it.
_Told = tuple[int, tuple[Detection, ...]]


class BagDrive:
    """Some image topics of a bag, and the truth topics beside them (`Drive`)."""

    def __init__(
        self,
        bag: Bag,
        topics: Mapping[str, Topic],
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Read through the whole bag once, calling `progress` after each message.

        `topics` are those of the cameras. Raises ReplayError for a damaged bag and for a camera
        without a frame.
        """
        self._bag = bag
        self._topics = topics
        self._cameras = {topic.name: camera for camera, topic in topics.items()}
        seen = {camera: _Frames() for camera in topics}
        truth = truth_places(bag, topics)
        told: dict[Place, list[_Told]] = {place: [] for place in truth.values()}
        digest = hashlib.sha256()
        clock = DriveClock()
        for name, time_ns, message in bag.messages([*self._cameras, *truth]):
            stamp_ns = stamp_ns_of(message.header)
            if time_ns >= _LAST_STAMP_NS:
                raise ReplayError(
                    f'{bag.path}: {name} was recorded by a clock beyond 2038, which no stamp can '
                    'hold; correct the times of the bag'
                )
            if name in truth:
                told[truth[name]].append((stamp_ns, detections_in(message.detections)))
            else:
                camera = self._cameras[name]
                seen[camera].add(message, time_ns, stamp_ns, clock.passed_ns(time_ns))
                digest.update(f'{camera} {time_ns} {stamp_ns} {_form(message)} '.encode())
                digest.update(message.data)
            progress()
        for camera, topic in topics.items():
            if not seen[camera].times_ns:
                raise ReplayError(
                    f'{bag.path}: no message is on {topic.name}; the bag has: {bag.contents()}'
                )
        self.tracks: Mapping[str, CameraTrack] = {
            camera: seen[camera].track(topic) for camera, topic in topics.items()
        }
        self.truth: Mapping[tuple[str, str], Mapping[int, tuple[Detection, ...]]] = {
            place: _by_number(found, seen[place[1]].stamps_ns) for place, found in told.items()
        }
        self.truth_messages: Mapping[tuple[str, str], int] = {
            place: len(found) for place, found in told.items()
        }
        self.digest = digest.hexdigest()
        self.jumps = tuple(clock.jumps)

    def frames(self) -> Iterator[RecordedFrame]:
        """Yield all frames, by the time of their recording; raises BagError."""
        numbers = dict.fromkeys(self._cameras.values(), 0)
        kinds = {topic.name: topic.kind for topic in self._topics.values()}
        for topic, _, message in self._bag.messages(self._cameras):
            camera = self._cameras[topic]
            decode = by_views if kinds[topic] == IMAGE else decompressed
            yield RecordedFrame(
                camera, numbers[camera], message.header, functools.partial(decode, message)
            )
            numbers[camera] += 1


def _form(message: Any) -> str:
    """Return what the bytes of an image mean."""
    if hasattr(message, 'format'):
        return str(message.format)
    return f'{message.width}x{message.height} {message.encoding} {message.step}'


class _Frames:
    """What was read of one camera."""

    def __init__(self) -> None:
        self.times_ns: list[int] = []
        self.stamps_ns: list[int] = []
        self._passed_ns: list[int] = []
        self._largest: ImageKind | None = None

    def add(self, message: Any, time_ns: int, stamp_ns: int, passed_ns: int) -> None:
        self.times_ns.append(time_ns)
        self.stamps_ns.append(stamp_ns)
        self._passed_ns.append(passed_ns)
        kind = claimed_kind(message)
        if self._largest is None or kind.pixels > self._largest.pixels:
            self._largest = kind

    def track(self, topic: Topic) -> CameraTrack:
        assert self._largest is not None
        return CameraTrack(
            topic.name,
            self._largest,
            tuple(self.times_ns),
            tuple(self.stamps_ns),
            tuple(self._passed_ns),
            topic.messages,
        )


def truth_places(bag: Bag, topics: Mapping[str, Topic]) -> dict[str, Place]:
    """Return what is told, and of which camera, by the truth topics of the replayed cameras.

    A truth topic is of the image topic whose name has most in common with its own. Where that is
    none of the cameras', nothing in their frames is told by it.
    """
    images = [topic.name for topic in bag.topics if is_camera(topic)]
    places = {}
    for truth in bag.topics:
        if truth.kind != DETECTION_ARRAY or truth.name.split('/')[-2:-1] != [_TRUTH]:
            continue
        camera = max(topics, key=lambda each: _in_common(truth.name, topics[each].name))
        nearest = max((_in_common(truth.name, image) for image in images), default=0)
        if _in_common(truth.name, topics[camera].name) >= nearest:
            places[truth.name] = (truth.name.rpartition('/')[2], camera)
    return places


def _in_common(one: str, other: str) -> int:
    return len(commonpath(map(absolute, (one, other))))


def _by_number(
    found: Sequence[_Told], stamps_ns: Sequence[int]
) -> dict[int, tuple[Detection, ...]]:
    """Return the objects by the number of the frame with their stamp.

    Of frames that share a stamp, and of messages with one stamp that differ, none counts: nobody
    can tell which belongs to which.
    """
    frames, messages = Counter(stamps_ns), Counter(stamp for stamp, _ in set(found))
    objects = dict(found)
    return {
        number: objects[stamp]
        for number, stamp in enumerate(stamps_ns)
        if frames[stamp] == 1 and messages[stamp] == 1
    }
