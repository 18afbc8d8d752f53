# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The rendered drive: reproducible frame by frame, varied, and its truth is in the pictures."""

import numpy as np
import pytest

from rtmdl_ros.rendering.picture import RenderingError
from rtmdl_ros.rendering.signs import sign_family
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES

SEED = 5


@pytest.fixture(scope='module')
def drive() -> list:
    """Return every fifth frame of the first 20 s of one drive."""
    track = Track(SEED, 320, 240)
    return [track.frame(index) for index in range(0, 600, 5)]


def test_frame_depends_on_seed_size_and_index_only():
    first, second = Track(SEED, 320, 240), Track(SEED, 320, 240)
    frames = [first.frame(index) for index in (0, 77, 78)]
    for index, frame in zip((78, 77, 0), reversed(frames), strict=True):
        again = second.frame(index)
        assert np.array_equal(again.image, frame.image)
        assert (again.lights, again.signs) == (frame.lights, frame.signs)
    assert not np.array_equal(frames[0].image, Track(SEED + 1, 320, 240).frame(0).image)
    assert not np.array_equal(frames[1].image, frames[2].image)


def test_rate_changes_only_which_instants_are_seen():
    fast, slow = Track(SEED, 320, 240, 60.0), Track(SEED, 320, 240, 30.0)
    assert fast.frame(80).signs == slow.frame(40).signs
    assert fast.frame(80).lights == slow.frame(40).lights


@pytest.mark.parametrize('size', [(640, 480), (1280, 720), (321, 241), (64, 64)])
def test_any_size_can_be_rendered(size):
    frame = Track(SEED, *size).frame(100)
    assert frame.image.shape == (size[1], size[0], 3)
    assert frame.image.dtype == np.uint8
    assert 30 < frame.image.mean() < 220


def test_20_seconds_show_all_states_and_at_least_twelve_classes(drive):
    states = {d.class_name for frame in drive for d in frame.lights}
    signs = {d.class_name for frame in drive for d in frame.signs}
    assert states == set(TRAFFIC_LIGHT_STATES)
    assert len(signs) >= 12
    assert {sign_family(name) for name in signs} == {'prohibitory', 'danger', 'mandatory', 'other'}


def test_truth_boxes_lie_inside_and_are_large_enough(drive):
    for frame in drive:
        for found in frame.lights + frame.signs:
            box = found.box
            assert found.score == 1.0
            assert 0 <= box.x_min < box.x_max <= 320
            assert 0 <= box.y_min < box.y_max <= 240
            assert max(box.width, box.height) >= 0.6 * 10


def test_objects_approach(drive):
    widths = [d.box.width for frame in drive for d in frame.signs]
    assert min(widths) < 15
    assert max(widths) > 40


def test_truth_boxes_hold_the_colours_of_their_objects(drive):
    right = wrong = 0
    for frame in drive:
        for found in frame.lights + frame.signs:
            box = found.box
            if found.class_name == 'off' or min(box.width, box.height) < 12:
                continue
            part = frame.image[int(box.y_min) : int(box.y_max), int(box.x_min) : int(box.x_max)]
            blue, green, red = (v.astype(int) for v in part.reshape(-1, 3).T)
            expected = {
                'red': red - green,
                'yellow': np.minimum(red, green) - blue,
                'green': green - red,
                'prohibitory': red - green,
                'danger': red - green,
                'mandatory': blue - red,
            }
            key = found.class_name if found in frame.lights else sign_family(found.class_name)
            if key in expected:
                good = np.percentile(expected[key], 95) > 25
                right, wrong = right + good, wrong + (not good)
    assert right > 100
    assert wrong <= 0.02 * right


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((1, 63, 480), 'width 63: give a number of pixels from 64 to 4096'),
        ((1, 640, 5000), 'height 5000: give a number of pixels from 64 to 4096'),
        ((-1, 640, 480), 'seed -1: give a number that is not negative'),
        ((1, 640, 480, 0.0), 'rate_hz 0.0: give more than 0'),
        ((1, 640, 480, float('nan')), 'rate_hz nan: give more than 0'),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(RenderingError) as error:
        Track(*arguments)
    assert str(error.value) == message


def test_negative_index_is_refused():
    with pytest.raises(RenderingError, match='frame index -1: give 0 or more'):
        Track(SEED, 64, 64).frame(-1)
