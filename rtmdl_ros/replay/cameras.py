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
    chosen = _given(bag, configuration, given)
    left = [camera for camera in configuration.cameras if camera in used - set(given)]
    if left:
        others = [topic for topic in bag.topics if topic not in chosen.values()]
        free = _candidates(others, [configuration.cameras[camera].transport for camera in left])
        if not free:
            raise ReplayError(
                f'{bag.path}: no image topic is left for camera {left[0]}; the bag has: '
                f'{bag.contents()}'
            )
        if len(left) > 1 or len(free) > 1:
            raise ReplayError(
                f'{bag.path}: which topic camera {left[0]} has must be told with --camera-topic '
                f'{left[0]}=TOPIC; the bag has: {bag.contents()}'
            )
        chosen[left[0]] = free[0]
    return {camera: chosen[camera] for camera in configuration.cameras if camera in used}


def _given(
    bag: Bag, configuration: Configuration, given: Mapping[str, str]
) -> dict[str, Topic]:
    """Return the topics that the user has chosen, none for two cameras."""
    chosen: dict[str, Topic] = {}
    for camera, name in given.items():
        if camera not in configuration.cameras:
            raise ReplayError(
                f'--camera-topic: there is no camera {camera!r} in the parameters; they have: '
                f'{", ".join(configuration.cameras)}'
            )
        topic = _image_topic(bag, name, configuration.cameras[camera].transport)
        other = next((each for each in chosen if chosen[each] == topic), None)
        if other is not None:
            raise ReplayError(
                f'--camera-topic: cameras {other} and {camera} both have {topic.name}; give each '
                'its own'
            )
        chosen[camera] = topic
    return chosen


def is_camera(topic: Topic) -> bool:
    """Tell whether a topic holds images of a camera."""
    drawn = topic.name.removesuffix(_COMPRESSED).endswith(_DRAWN)
    return topic.kind in (IMAGE, COMPRESSED_IMAGE) and not drawn


def absolute(name: str) -> str:
    """Return the name of a topic with the / that all have but those of hand-made bags."""
    return '/' + name.removeprefix('/')


def _image_topic(bag: Bag, name: str, transport: str) -> Topic:
    """Return the topic of a name; of a raw one and its compressed twin as `_candidates` does."""
    names = (absolute(name), absolute(name) + _COMPRESSED)
    twins = [topic for each in names for topic in bag.topics if absolute(topic.name) == each]
    if not twins:
        raise ReplayError(
            f'--camera-topic: {bag.path} has no topic {name}; it has: {bag.contents()}'
        )
    if transport == 'compressed':
        twins.reverse()
    topic = next((twin for twin in twins if twin.messages), twins[0])
    if topic.kind not in (IMAGE, COMPRESSED_IMAGE):
        raise ReplayError(
            f'--camera-topic: {topic} in {bag.path} is no image topic; give one of type {IMAGE} '
            f'or {COMPRESSED_IMAGE} of: {bag.contents()}'
        )
    return topic


def _candidates(topics: Sequence[Topic], transports: Sequence[str]) -> list[Topic]:
    """Return the image topics; of a raw one and its compressed twin the one that is asked for."""
    names = {topic.name for topic in topics if topic.messages}
    compressed = 'compressed' in transports
    images = []
    for topic in topics:
        if not (is_camera(topic) and topic.messages):
            continue
        raw_twin = topic.name.removesuffix(_COMPRESSED) in names - {topic.name}
        compressed_twin = topic.name + _COMPRESSED in names
        if not (compressed_twin if compressed else raw_twin):
            images.append(topic)
    return images
