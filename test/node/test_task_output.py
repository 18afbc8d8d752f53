# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Detections come in the order of their frames, also where a later job has less to do."""

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from std_msgs.msg import Header

from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.node.task_output import TaskOutput
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import PipelineStage
from rtmdl_ros.workload.parameters import TaskParameters
from rtmdl_ros.workload.records import Resource


class TwoStages:
    """The first stage completes jobs of even frames, the second one all."""

    def __init__(self):
        self.ran = []
        self.stages = (
            PipelineStage('first', Resource.CPU, lambda work: self._run(0, work, True)),
            PipelineStage('second', Resource.CPU, lambda work: self._run(1, work, False)),
        )

    def _run(self, stage, work, may_complete):
        self.ran.append((stage, work.sequence))
        return may_complete and work.sequence % 2 == 0


@pytest.fixture
def output():
    task = ReadyTask('task', TaskParameters(), (), {'v': TwoStages()}, 'v', 1, False)
    published, shown = [], []
    made = TaskOutput(task, published.append, lambda header: 0.0, 10.0, shown.append)
    made.published, made.shown, made.pipeline = published, shown, task.pipelines['v']
    return made


def job(output):
    return output.work_on(Frame(lambda: None, 0, Header(frame_id='camera')))


def numbers(output):
    return [message.sequence for message in output.published]


def test_a_complete_job_skips_the_rest(output):
    first, _ = output.functions['v']
    assert first(job(output)) is True
    assert numbers(output) == [0]
    assert output.published[0].header == Header(frame_id='camera')
    assert output.shown[0].task == 'task'


def test_a_complete_job_does_not_overtake(output):
    first, second = output.functions['v']
    works = [job(output) for _ in range(3)]
    assert first(works[0]) is True
    assert first(works[1]) is False
    assert first(works[2]) is False, 'job 1 has not ended'
    assert numbers(output) == [0]
    assert second(works[1]) is True
    assert second(works[2]) is True
    assert numbers(output) == [0, 1, 2]
    assert output.pipeline.ran == [(0, 0), (0, 1), (0, 2), (1, 1)], 'nothing was done twice'


def test_it_waits_for_no_job_that_has_ended_otherwise(output):
    first, _ = output.functions['v']
    works = [job(output) for _ in range(3)]
    output.ended(works[0])
    output.ended(works[1])
    assert first(works[2]) is True
    assert numbers(output) == [2]


def test_a_job_that_was_given_up_publishes_nothing(output):
    first, _ = output.functions['v']
    work = job(output)
    output.ended(work)
    first(work)
    assert output.published == []


def test_one_that_hangs_is_published_or_given_up_never_both(output):
    first, _ = output.functions['v']
    work = job(output)
    assert output.gives_up(work)
    first(work)
    assert output.published == []


def test_a_job_cannot_be_given_up_while_it_is_published(output):
    given_up = []
    work = job(output)
    output._publish = lambda message: given_up.append(output.gives_up(work))
    first, _ = output.functions['v']
    first(work)
    assert given_up == [False]
    output.ended(work)
    assert output.gives_up(work), 'it is no longer known'
