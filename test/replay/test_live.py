# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Replays in real time: the runtime of the node, frames at their pace."""

import numpy as np
from small_bags import CAMERA, MS, frames, jpeg, times, truths, write_bag

from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_writer import header_at
from rtmdl_ros.replay.message_types import COMPRESSED_IMAGE
from rtmdl_ros.replay.summary import remarks
from rtmdl_ros.workload.records import Outcome

LONG = {'traffic_light__deadline_ms': 5000.0, 'traffic_sign__deadline_ms': 5000.0}


def test_every_frame_is_answered_at_its_pace(replays, tmp_path):
    topic, kind, rows = frames(5, make=jpeg)
    rows[4][1].data = rows[4][1].data[:-40]
    bag = write_bag(tmp_path / 'bag', (topic, kind, rows), truths(5))
    run = replays.run(
        bag, tmp_path / 'out', parameters=LONG | {'status_period_s': 0.1, 'cpu_cores': '1023'},
        real_time=True, rate=2.0, profile=replays.own_profile,
    )  # fmt: skip
    jobs = run.replayed.jobs
    for task in ('traffic_light', 'traffic_sign'):
        own = {job.number: job.report for job in jobs if job.report.task == task}
        assert sorted(own) == list(range(5))
        assert own[4].outcome is Outcome.FAILED
        # A newer frame takes the place of one that a busy machine has not begun with.
        assert {own[n].outcome for n in range(4)} <= {Outcome.ON_TIME, Outcome.SUPERSEDED}
        assert all(own[number].release_ns >= number * 50 * MS for number in own)
    last = run.replayed.statuses[-1].tasks
    assert [(task.released, task.in_flight) for task in last] == [(5, 0), (5, 0)]
    assert len(run.replayed.statuses) >= 3
    assert run.result.mode.real_time
    refusal = 'cpu_cores 1023 is refused (Invalid argument): this process may use '
    assert any(remark.startswith(refusal) for remark in remarks(run))
    results = Bag(tmp_path / 'out' / 'bag')
    answers = [topic.messages for topic in results.topics if 'detections' in topic.name]
    assert answers == [task.result.on_time for task in run.result.tasks]


def test_jobs_that_may_be_late_are_waited_for(replays, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (1500, 2000, 3), np.uint8)
    at = times(1)[0]  # to decompress it alone takes ten times the deadline
    rows = [(at, jpeg(header_at(at, 'optical'), noise))]
    bag = write_bag(tmp_path / 'bag', (CAMERA, COMPRESSED_IMAGE, rows))
    late = {'traffic_light__deadline_ms': 1.0, 'traffic_light__late': 'run'}
    run = replays.run(
        bag, tmp_path / 'out', parameters=LONG | late | {'traffic_sign__enabled': False},
        real_time=True, profile=replays.own_profile,
    )  # fmt: skip
    (job,) = run.replayed.jobs
    assert (job.report.outcome, job.report.detail) == (Outcome.LATE, '')
