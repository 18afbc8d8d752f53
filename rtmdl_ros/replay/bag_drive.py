# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A drive in a bag."""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from posixpath import commonpath
from typing import Any

from rtmdl_ros.deployment.message_fields import detections_in, stamp_ns_of
from rtmdl_ros.perception.images import by_views, claimed_kind, decompressed
from rtmdl_ros.replay.bag import Bag, Topic
from rtmdl_ros.replay.clock import DriveClock
from rtmdl_ros.replay.drive import CameraTrack, RecordedFrame
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.message_types import DETECTION_ARRAY, IMAGE
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.image_kind import ImageKind

#: Above the last part of their names, which is the function: '/camera_sim/truth/traffic_light'.
_TRUTH = 'truth'


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
        labelled = [topic.name for topic in truth_topics(bag)]
        digest = hashlib.sha256()
        clock = DriveClock()
        images: dict[str, ImageKind] = {}
        passed: dict[str, list[int]] = {camera: [] for camera in topics}
        times: dict[str, list[int]] = {camera: [] for camera in topics}
        stamps: dict[str, list[int]] = {camera: [] for camera in topics}
        truth: dict[str, list[tuple[int, tuple[Detection, ...]]]] = {t: [] for t in labelled}
        for name, time_ns, message in bag.messages([*self._cameras, *labelled]):
            stamp_ns = stamp_ns_of(message.header)
            if name in truth:
                truth[name].append((stamp_ns, detections_in(message.detections)))
            else:
                camera = self._cameras[name]
                passed[camera].append(clock.passed_ns(time_ns))
                times[camera].append(time_ns)
                stamps[camera].append(stamp_ns)
                if camera not in images:
                    images[camera] = claimed_kind(message)
                digest.update(f'{camera} {time_ns} {stamp_ns} {_form(message)} '.encode())
                digest.update(message.data)
            progress()
        for camera, topic in topics.items():
            if not times[camera]:
                raise ReplayError(
                    f'{bag.path}: no message is on {topic.name}; the bag has: {bag.contents()}'
                )
        self.tracks: Mapping[str, CameraTrack] = {
            camera: CameraTrack(
                topic.name,
                images[camera],
                tuple(times[camera]),
                tuple(stamps[camera]),
                tuple(passed[camera]),
            )
            for camera, topic in topics.items()
        }
        self.truth: Mapping[tuple[str, str], Mapping[int, tuple[Detection, ...]]] = {
            (name.rpartition('/')[2], camera): _by_number(found, stamps[camera])
            for name, found in truth.items()
            for camera in [_nearest(name, topics)]
        }
        self.truth_messages: Mapping[tuple[str, str], int] = {
            (name.rpartition('/')[2], _nearest(name, topics)): len(found)
            for name, found in truth.items()
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


def truth_topics(bag: Bag) -> list[Topic]:
    """Return the topics of a bag that tell what is really in frames."""
    return [
        topic
        for topic in bag.topics
        if topic.kind == DETECTION_ARRAY and topic.name.split('/')[-2:-1] == [_TRUTH]
    ]


def _form(message: Any) -> str:
    """Return what the bytes of an image mean."""
    if hasattr(message, 'format'):
        return str(message.format)
    return f'{message.width}x{message.height} {message.encoding} {message.step}'


def _nearest(truth: str, topics: Mapping[str, Topic]) -> str:
    """Return the camera whose topic has most in common with a truth topic."""
    return max(
        topics, key=lambda camera: len(commonpath(map(_absolute, (truth, topics[camera].name))))
    )


def _absolute(name: str) -> str:
    """Return the name of a topic with the / that all have but those of hand-made bags."""
    return '/' + name.removeprefix('/')


def _by_number(
    found: list[tuple[int, tuple[Detection, ...]]], stamps: list[int]
) -> dict[int, tuple[Detection, ...]]:
    """Return the objects by the number of the frame with their stamp.

    Of frames that share a stamp, and of messages with one stamp that differ, none counts: nobody
    can tell which belongs to which.
    """
    frames, messages = Counter(stamps), Counter(stamp for stamp, _ in set(found))
    objects = dict(found)
    return {
        number: objects[stamp]
        for number, stamp in enumerate(stamps)
        if frames[stamp] == 1 and messages[stamp] == 1
    }
