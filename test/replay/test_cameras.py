# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which topic stands for which camera."""

import re

import pytest
from small_bags import CAMERA, frames, jpeg, texts, truths, write_bag

from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.cameras import camera_topics
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.workload.configuration import configuration_of

ONE = configuration_of({})
TWO = configuration_of(
    {'cameras': ['front', 'rear'], 'traffic_light.camera': 'front', 'traffic_sign.camera': 'rear'}
)
REAR = '/rear/image_raw'
JPEG = f'{CAMERA}/compressed'


@pytest.fixture
def bag(tmp_path):
    """Return a function that writes a bag."""
    return lambda *contents: Bag(write_bag(tmp_path / 'bag', *contents))


def names(topics):
    """Return the topics' names by camera."""
    return {camera: topic.name for camera, topic in topics.items()}


def test_the_only_image_topic_is_taken(bag):
    drawn = '/rtmdl/debug_image'
    drawings = frames(1, drawn), frames(1, f'{drawn}/compressed', jpeg)
    found = camera_topics(bag(texts(), frames(1), truths(1), *drawings), ONE, {})
    assert names(found) == {'front': CAMERA}


def test_of_twins_the_transport_of_the_camera_is_taken(bag):
    twins = bag(frames(1), frames(1, JPEG, jpeg))
    assert names(camera_topics(twins, ONE, {})) == {'front': CAMERA}
    compressed = configuration_of({'front.transport': 'compressed'})
    assert names(camera_topics(twins, compressed, {})) == {'front': JPEG}


def test_a_given_topic_is_found_below_its_raw_name_too(bag):
    compressed = bag(frames(1, JPEG, jpeg), frames(1, REAR))
    assert names(camera_topics(compressed, ONE, {'front': CAMERA})) == {'front': JPEG}


def test_a_given_topic_and_its_twin_are_chosen_between_as_by_default(bag):
    twins = bag(frames(1), frames(1, JPEG, jpeg))
    assert names(camera_topics(twins, ONE, {'front': CAMERA})) == {'front': CAMERA}
    compressed = configuration_of({'front.transport': 'compressed'})
    assert names(camera_topics(twins, compressed, {'front': CAMERA})) == {'front': JPEG}
    assert names(camera_topics(twins, ONE, {'front': JPEG})) == {'front': JPEG}


def test_a_given_topic_without_messages_gives_way_to_its_twin(bag):
    twins = bag(frames(0), frames(1, JPEG, jpeg))
    assert names(camera_topics(twins, ONE, {'front': CAMERA})) == {'front': JPEG}


@pytest.mark.parametrize('given', ['left/image', '/left/image'])
def test_topics_without_a_slash_can_be_named(bag, given):
    two = bag(frames(1, 'left/image'), frames(1, 'right/image'))
    assert names(camera_topics(two, ONE, {'front': given})) == {'front': 'left/image'}


def test_what_is_left_is_for_the_other_camera(bag):
    two = bag(frames(1), frames(1, REAR))
    assert names(camera_topics(two, TWO, {'rear': CAMERA})) == {'front': REAR, 'rear': CAMERA}
    both = {'front': CAMERA, 'rear': REAR}
    assert names(camera_topics(two, TWO, both)) == both


def test_two_cameras_of_one_topic_are_refused(bag):
    both = {'front': CAMERA, 'rear': CAMERA}
    message = f'--camera-topic: cameras front and rear both have {CAMERA}; give each its own'
    with pytest.raises(ReplayError, match=re.escape(message)):
        camera_topics(bag(frames(1)), TWO, both)


def test_cameras_that_no_task_looks_at_need_no_topic(bag):
    unused = configuration_of({'cameras': ['front', 'rear']})
    assert names(camera_topics(bag(frames(1)), unused, {})) == {'front': CAMERA}


@pytest.mark.parametrize(
    ('contents', 'configuration', 'given', 'text'),
    [
        ((texts(),), ONE, {}, 'no image topic is left for camera front; the bag has: /chatter '
         r'\(std_msgs/msg/String, 2 messages\)$'),
        ((), ONE, {}, 'no image topic is left for camera front; the bag has: no topics$'),
        ((frames(1), frames(2, REAR)), ONE, {}, 'which topic camera front has must be told with '
         r'--camera-topic front=TOPIC; the bag has: /camera_sim/image \(.*\), /rear/image_raw \('),
        ((frames(1), frames(2, REAR)), TWO, {}, '--camera-topic front=TOPIC'),
        ((frames(1),), TWO, {'front': CAMERA}, 'no image topic is left for camera rear'),
        ((frames(1),), ONE, {'front': '/x'}, r'--camera-topic: .* has no topic /x; it has: /cam'),
        ((texts(), frames(1)), ONE, {'front': '/chatter'}, r'/chatter \(std_msgs/msg/String, 2 '
         r'messages\) in .* is no image topic; give one of type sensor_msgs/msg/Image or'),
        ((frames(1),), ONE, {'side': CAMERA}, "there is no camera 'side' in the parameters; they "
         'have: front'),
    ],
)  # fmt: skip
def test_refusals_list_what_the_bag_has(bag, contents, configuration, given, text):
    with pytest.raises(ReplayError) as caught:
        camera_topics(bag(*contents), configuration, given)
    assert re.search(text, str(caught.value)), caught.value
    assert '\n' not in str(caught.value)
