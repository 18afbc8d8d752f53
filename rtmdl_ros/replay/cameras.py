# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which topic of a bag stands for which camera."""

from collections.abc import Mapping, Sequence

from rtmdl_ros.replay.bag import Bag, Topic
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from rtmdl_ros.workload.configuration import Configuration

_COMPRESSED = '/compressed'
#: What the node draws is no camera.
_DRAWN = '/debug_image'


def camera_topics(
    bag: Bag, configuration: Configuration, given: Mapping[str, str]
) -> dict[str, Topic]:
    """Return the topic of each camera that a task looks at, in the order of the cameras.

    `given` are the user's choices by camera; a topic that is there only as TOPIC/compressed is
    found too. The only camera without a choice gets the only image topic that is left.

    Raises ReplayError, listing what the bag has, where a topic is missing, holds no images or
    cannot be chosen.
    """
    used = {task.camera for task in configuration.tasks.values()}
    for camera in given:
        if camera not in configuration.cameras:
            raise ReplayError(
                f'--camera-topic: there is no camera {camera!r} in the parameters; they have: '
                f'{", ".join(configuration.cameras)}'
            )
    chosen = {camera: _image_topic(bag, topic) for camera, topic in given.items()}
    first: dict[str, str] = {}
    for camera, topic in chosen.items():
        other = first.setdefault(topic.name, camera)
        if other != camera:
            raise ReplayError(
                f'--camera-topic: cameras {other} and {camera} both have {topic.name}; give each '
                'its own'
            )
    left = [camera for camera in configuration.cameras if camera in used - set(given)]
    free = _one_a_camera(
        [topic for topic in bag.topics if topic not in chosen.values()],
        [configuration.cameras[camera].transport for camera in left],
    )
    if left and not free:
        raise ReplayError(
            f'{bag.path}: no image topic is left for camera {left[0]}; the bag has: '
            f'{bag.contents()}'
        )
    if len(left) > 1 or (len(free) > 1 and left):
        raise ReplayError(
            f'{bag.path}: which topic camera {left[0]} has must be told with --camera-topic '
            f'{left[0]}=TOPIC; the bag has: {bag.contents()}'
        )
    chosen |= dict(zip(left, free, strict=False))
    return {camera: chosen[camera] for camera in configuration.cameras if camera in used}


def _image_topic(bag: Bag, name: str) -> Topic:
    topics = {topic.name: topic for topic in bag.topics}
    topic = topics.get(name) or topics.get(name + _COMPRESSED)
    if topic is None:
        raise ReplayError(
            f'--camera-topic: {bag.path} has no topic {name}; it has: {bag.contents()}'
        )
    if topic.kind not in (IMAGE, COMPRESSED_IMAGE):
        raise ReplayError(
            f'--camera-topic: {topic} in {bag.path} is no image topic; give one of type {IMAGE} '
            f'or {COMPRESSED_IMAGE} of: {bag.contents()}'
        )
    return topic


def _one_a_camera(topics: Sequence[Topic], transports: Sequence[str]) -> list[Topic]:
    """Return the image topics; of a raw one and its compressed twin the one that is asked for."""
    names = {topic.name for topic in topics if topic.messages}
    compressed = 'compressed' in transports
    images = []
    for topic in topics:
        if topic.kind not in (IMAGE, COMPRESSED_IMAGE) or not topic.messages:
            continue
        if topic.name.removesuffix(_COMPRESSED).endswith(_DRAWN):
            continue
        raw_twin = topic.name.removesuffix(_COMPRESSED) in names - {topic.name}
        compressed_twin = topic.name + _COMPRESSED in names
        if not (compressed_twin if compressed else raw_twin):
            images.append(topic)
    return images
