# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Replays in virtual time: schedules computed by hand, real detections."""

import time

import cv2
from small_bags import CAMERA, MS, frames, jpeg, write_bag

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import run_whole
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_drive import BagDrive
from rtmdl_ros.replay.virtual import told_if_long
from rtmdl_ros.workload.records import Outcome
from rtmdl_ros.workload.units import NS_PER_MS

LIGHT, SIGN = 'traffic_light', 'traffic_sign'
ON_TIME, SUPERSEDED, DISCARDED, FAILED = (
    Outcome.ON_TIME, Outcome.SUPERSEDED, Outcome.DISCARDED, Outcome.FAILED
)  # fmt: skip


def ends(replayed):
    """Return (task, number of the frame, outcome, response in ms) of all jobs."""
    return [
        (j.report.task, j.number, j.report.outcome, j.report.response_ns / NS_PER_MS)
        for j in replayed.jobs
    ]


def test_jobs_end_when_their_stages_add_up_to(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(2))
    # No sign is as certain as this: the recogniser is never reached, the job complete before.
    replayed = replays.virtually(bag, traffic_sign={'score_threshold': 1.0})
    assert ends(replayed) == [
        # preprocess 1, detect 5, decode 1
        (LIGHT, 0, ON_TIME, 7.0),
        # each after the light's, crop beside nothing
        (SIGN, 0, ON_TIME, 12.0),
        (LIGHT, 1, ON_TIME, 7.0),
        (SIGN, 1, ON_TIME, 12.0),
    ]
    spans = [(s.stage, s.executor, s.start_ns // MS) for s in replayed.jobs[1].report.spans]
    assert spans == [('preprocess', 'cpu0', 1), ('detect', 'lane0', 6), ('crop', 'cpu0', 11)]


def test_detections_are_those_of_the_networks(replays, tmp_path):
    bag = Bag(write_bag(tmp_path / 'bag', frames(3)))
    low = {'score_threshold': 0.01}
    replayed = replays.virtually(bag.path, traffic_light=low, traffic_sign=low)
    found = 0
    for frame in BagDrive(bag, {'front': bag.topics[0]}).frames():
        for task in replays.loaded.tasks:
            pipeline = task.pipelines[task.planned]
            expected = run_whole(pipeline, Frame(frame.decode, 0, None))
            (job,) = [
                j for j in replayed.jobs if (j.report.task, j.number) == (task.name, frame.number)
            ]
            assert job.detections == expected
            found += len(expected)
    assert found > 0


def test_a_deadline_between_the_tasks(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(3))
    replayed = replays.virtually(bag, traffic_sign={'deadline_ms': 10.0})
    assert [(task, outcome) for task, _, outcome, _ in ends(replayed)[:2]] == [
        (SIGN, DISCARDED), (LIGHT, ON_TIME)
    ]  # fmt: skip
    assert [outcome for task, _, outcome, _ in ends(replayed) if task == SIGN] == [DISCARDED] * 3


def test_at_a_higher_rate_frames_come_sooner(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(3))
    replayed = replays.virtually(bag, rate=50.0)
    lights = [job.report for job in replayed.jobs if job.report.task == LIGHT]
    assert sorted(report.release_ns // MS for report in lights) == [0, 2, 4]
    # While the light's stages keep the worker and the lane, a newer frame takes the sign's place.
    signs = [outcome for task, _, outcome, _ in ends(replayed) if task == SIGN]
    assert SUPERSEDED in signs


def test_a_frame_that_cannot_be_decoded_fails_its_jobs_only(replays, tmp_path):
    topic, kind, rows = frames(3, make=jpeg)
    rows[1][1].data = rows[1][1].data[:-40]
    replayed = replays.virtually(write_bag(tmp_path / 'bag', (topic, kind, rows)))
    assert [number for _, number, outcome, _ in ends(replayed) if outcome is FAILED] == [1, 1]
    (detail,) = {job.report.detail for job in replayed.jobs if job.number == 1}
    told = "stage preprocess: ImageError: format 'jpeg': the data ends early, after "
    assert detail.startswith(told)


def test_two_cameras_each_with_its_tasks(replays, tmp_path):
    rear = '/rear/image_raw'
    bag = write_bag(tmp_path / 'bag', frames(2), frames(3, rear, period_ms=70))
    replayed = replays.virtually(
        bag, topics={'front': CAMERA, 'rear': rear}, traffic_sign={'camera': 'rear'}
    )
    released = [(job.report.task, job.report.release_ns // MS) for job in replayed.jobs]
    assert sorted(released) == [(LIGHT, 0), (LIGHT, 100), (SIGN, 0), (SIGN, 70), (SIGN, 140)]


def test_cameras_with_more_and_less_tasks_whose_frames_come_together(replays, tmp_path):
    rear = '/rear/image_raw'
    bag = write_bag(tmp_path / 'bag', frames(2), frames(2, rear))
    replayed = replays.virtually(
        bag, topics={'front': CAMERA, 'rear': rear}, twin='second',
        traffic_light={'camera': 'rear'}, second={'priority': 3},
    )  # fmt: skip
    released = sorted((job.report.task, job.number) for job in replayed.jobs)
    assert released == [(name, n) for name in ('second', LIGHT, SIGN) for n in range(2)]


def test_statuses_of_every_period_and_of_the_end(replays, tmp_path):
    bag = write_bag(tmp_path / 'bag', frames(4))
    replayed = replays.virtually(bag, node={'status_period_s': 0.1})
    assert [status.time_ns // MS for status in replayed.statuses[:-1]] == [100, 200, 300]
    # What happens at an instant is in its status.
    assert [status.tasks[0].released for status in replayed.statuses] == [2, 3, 4, 4]
    last = replayed.statuses[-1].tasks
    assert [(task.on_time, task.in_flight) for task in last] == [(4, 0), (4, 0)]


def test_pictures_are_not_decoded_for_jobs_that_never_start(replays, tmp_path, monkeypatch):
    decoded = []
    real = cv2.imdecode
    monkeypatch.setattr(cv2, 'imdecode', lambda *a: decoded.append(1) or real(*a))
    bag = write_bag(tmp_path / 'bag', frames(3, make=jpeg))
    hopeless = {'deadline_ms': 6.0}
    replayed = replays.virtually(bag, traffic_light=hopeless, traffic_sign=hopeless)
    assert {outcome for *_, outcome, _ in ends(replayed)} == {DISCARDED}
    assert decoded == []


def test_what_takes_long_is_told_and_what_does_not_is_not(caplog):
    with told_if_long('task a: stage net of job 3', 60.0):
        pass
    with told_if_long('task a: stage net of job 4', 0.01):
        while not caplog.messages:
            time.sleep(0.01)
    assert caplog.messages == [
        'task a: stage net of job 4 has not returned for 0.01 s; it is waited for: Ctrl-C ends the '
        'replay'
    ]
