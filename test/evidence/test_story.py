# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which frames tell most."""

from dataclasses import replace

from demo_records import FIRST, lights, short_run, signs, thing

from rtmdl_ros.evidence.recording import Recording, cut
from rtmdl_ros.evidence.story import FrameStory, busiest, stories_of, telling
from rtmdl_ros.workload.records import Outcome


def frame(index, *classes, missed=False):
    """Return a story at index / 8 s."""
    why = {'traffic_light': Outcome.LATE} if missed else {}
    return FrameStory(index, index / 8, tuple(thing(name) for name in classes), (), why)


def test_stories_tell_what_became_of_every_frame():
    stories = stories_of(short_run())
    assert [story.index for story in stories] == [1, 2, 3, 4, 5]
    assert [round(story.time_s, 4) for story in stories] == [0.0, 0.0333, 0.0667, 0.1, 0.1333]
    assert [story.missed for story in stories] == [
        {'traffic_sign': Outcome.DISCARDED},
        {'traffic_sign': Outcome.SUPERSEDED},
        {'traffic_light': Outcome.LATE, 'traffic_sign': Outcome.FAILED},
        {'traffic_light': None, 'traffic_sign': None},
        {},
    ]
    # The late red light of frame 3 is not shown as found, the stop sign of frame 2 is truth.
    assert [[d.class_name for d in story.found] for story in stories] == [
        ['red'], ['green'], [], [], ['off'],
    ]  # fmt: skip
    assert [d.class_name for d in stories[1].objects] == ['red', 'green', 'stop']
    assert FIRST > 0


def test_of_a_task_whose_truth_nobody_knows_nothing_is_called_wrong():
    unknown = Recording((lights(), replace(signs(), truth_known=False)))
    assert not any(story.truth_known for story in stories_of(unknown))
    assert all(story.truth_known for story in stories_of(short_run()))
    assert not cut(unknown.tasks[1], FIRST, FIRST).truth_known


def test_telling_frames_come_from_all_parts_and_show_new_classes():
    stories = [frame(0, 'red'), frame(1), frame(2, 'red'), frame(3, 'stop'), frame(4), frame(5)]
    assert [story.index for story in telling(stories, 3)] == [0, 3, 4]


def test_neighbours_are_not_shown_side_by_side():
    stories = [frame(index, 'red') for index in range(12)]
    assert [story.index for story in telling(stories, 2)] == [2, 8]


def test_a_missed_frame_is_among_the_telling_ones():
    stories = [frame(0, 'red'), frame(1, missed=True), frame(2), frame(3, 'stop')]
    assert [story.index for story in telling(stories, 2)] == [1, 3]


def test_fewer_frames_than_wanted():
    stories = [frame(0, 'red'), frame(1)]
    assert list(telling(stories, 9)) == stories
    assert telling([], 9) == ()


def test_busiest_stretch():
    stories = [frame(i, *['red'] * n) for i, n in enumerate([1, 0, 2, 3, 0, 1])]
    assert [story.index for story in busiest(stories, 0.25)] == [2, 3]
    assert [story.index for story in busiest(stories, 9.0)] == [0, 1, 2, 3, 4, 5]
    assert busiest([], 1.0) == ()


def test_without_the_truth_what_was_found_counts():
    def unknown(index, *classes):
        found = tuple(thing(name) for name in classes)
        return FrameStory(index, index / 8, (), found, {}, truth_known=False)

    classes = ((), ('stop',), (), (), ('red',), ())
    stories = [unknown(index, *names) for index, names in enumerate(classes)]
    assert [story.index for story in telling(stories, 2)] == [1, 4]
