# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is drawn on a frame, counted in pixels."""

from itertools import pairwise

import numpy as np
from demo_records import thing

from rtmdl_ros.evidence.drawing import annotated, class_colour, legend
from rtmdl_ros.evidence.story import FrameStory
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS
from rtmdl_ros.workload.records import Outcome

GREY = np.full((120, 240, 3), 114, np.uint8)


def story(objects=(), found=(), missed=None):
    return FrameStory(7, 0.25, tuple(objects), tuple(found), missed or {})


def count(image, colour):
    """Return how many pixels have exactly this colour."""
    return int((image == np.array(colour, np.uint8)).all(axis=2).sum())


def test_the_frame_itself_stays_and_a_strip_comes_below():
    picture = annotated(GREY, story())
    assert picture.shape == (146, 240, 3)
    assert (picture[:120] == 114).all()
    assert (GREY == 114).all()


def test_truth_is_outlined_and_detections_are_drawn_in_the_colour_of_their_class():
    light = thing('green', 40.0, size=40.0)
    assert count(annotated(GREY, story([light]))[:120], (255, 255, 255)) == 4 * 40
    picture = annotated(GREY, story([light], [light]))
    assert count(picture, class_colour('green')) > 400
    # Nothing is drawn inside a box that is right.
    assert (picture[15:45, 45:75] == 114).all()


def test_wrong_detections_are_crossed_out():
    wrong = thing('red', 40.0, size=40.0)
    picture = annotated(GREY, story([thing('green', 40.0, size=40.0)], [wrong]))
    assert count(picture[15:45, 45:75], class_colour('red')) > 20


def test_nothing_is_crossed_out_where_nobody_knows_what_is_there():
    found = [thing('stop', 50.0, size=40.0)]
    unknown = FrameStory(7, 0.25, (), tuple(found), {}, truth_known=False)
    colour = class_colour('stop')
    crossed = count(annotated(GREY, story((), found)), colour)
    assert count(annotated(GREY, unknown), colour) < crossed
    assert count(legend(1000, truth_known=False), (0, 0, 0)) < count(legend(1000), (0, 0, 0))


def test_missed_frames_have_a_red_border_and_say_why():
    calm = annotated(GREY, story())
    missed = annotated(GREY, story(missed={'traffic_light': Outcome.LATE}))
    assert missed[1, 100].tolist() == [40, 40, 230]
    assert (missed[120:] != calm[120:]).any()
    lost = annotated(GREY, story(missed={'traffic_light': None}))
    assert (lost[120:] != missed[120:]).any()


def test_labels_stay_in_the_picture_and_off_each_other():
    found = [thing('speed_limit_20', 225.0, 0.9, 10.0), thing('stop', 220.0, 0.8, 12.0)]
    both = annotated(GREY, story(found=found))
    for detection in found:
        alone = annotated(GREY, story(found=[detection]))
        colour = class_colour(detection.class_name)
        assert count(both, colour) > 0.8 * count(alone, colour)


def test_colours_and_legend():
    names = ('red', 'yellow', 'green', 'off')
    assert len({class_colour(name) for name in names}) == 4
    assert class_colour('stop') == class_colour('stop')
    colours = [class_colour(name) for name in TRAFFIC_SIGNS]
    assert all(one != other for one, other in pairwise(colours))
    assert len({class_colour(name) for name in ('stop', 'no_trucks', 'no_passing_trucks')}) == 3
    assert legend(800).shape == (26, 800, 3)
