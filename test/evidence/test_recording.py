# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What counts as published, received, skipped and on time."""

from demo_records import lights, short_run, signs, stamp, truth

from rtmdl_ros.evidence.recording import TaskRecording, recording_of


def test_run_lasts_from_the_first_to_the_last_frame_received():
    run = short_run()
    assert [frame.index for frame in run.tasks[0].truth] == [1, 2, 3, 4, 5]
    assert (run.published, run.received, run.skipped) == (5, 4, 0)
    assert run.delivered == 0.8


def test_late_answers_are_not_on_time():
    assert set(lights().on_time) == {stamp(1), stamp(2), stamp(5)}
    assert lights().received == {stamp(1), stamp(2), stamp(3), stamp(5)}
    assert set(signs().on_time) == {stamp(5)}


def test_frames_that_the_camera_left_out_are_told_from_lost_ones():
    frames = truth(('red',), (), (), ('red',))
    gap = TaskRecording('t', (frames[0], frames[3]), {stamp(0): (), stamp(3): ()}, {})
    run = recording_of((gap,))
    assert (run.published, run.received, run.skipped) == (2, 2, 2)


def test_nothing_received():
    run = recording_of((TaskRecording('t', truth(('red',)), {}, {}),))
    assert (run.published, run.received, run.skipped, run.delivered) == (0, 0, 0, 0.0)


def test_objects_by_stamp():
    assert [thing.class_name for thing in lights().objects_at(stamp(2))] == ['red', 'green']
    assert lights().objects_at(stamp(99)) == ()
