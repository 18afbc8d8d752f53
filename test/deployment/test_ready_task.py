# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task as the scheduler gets it. Needs no ROS 2."""

from dataclasses import replace

import pytest

from rtmdl_ros.deployment.ready_task import ReadyTask, floor_refusal, scheduled
from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.parameters import TaskParameters
from rtmdl_ros.workload.records import LatePolicy, Resource, Stage, TaskVariant

VARIANTS = tuple(
    TaskVariant(name, (Stage(f'net {name}', Resource.ACCELERATOR, 1, 2),), accuracy)
    for name, accuracy in (('fast', 0.6), ('good', 0.8), ('best', 0.9))
)
TASK = ReadyTask('t', TaskParameters(), VARIANTS, {}, 'good', 2, chooses=True)


def test_the_plan_counts_unless_the_user_gave_a_priority():
    task = scheduled(TASK)
    assert (task.base, task.priority, task.stages) == ('good', 2, VARIANTS[1].stages)
    assert task.variants == VARIANTS
    own = replace(TASK, parameters=TaskParameters(priority=-7, weight=3.0, late='run'))
    assert own.priority == -7
    task = scheduled(own)
    assert (task.weight, task.late) == (3.0, LatePolicy.RUN)
    assert task.priority < scheduled(replace(TASK, planned_priority=-1000)).priority


def test_no_variant_below_the_floor_is_used():
    high = replace(TASK, parameters=TaskParameters(accuracy_floor=0.85))
    task = scheduled(high)
    assert (task.base, [v.name for v in task.variants]) == ('best', ['best'])
    assert replace(TASK, parameters=TaskParameters(accuracy_floor=0.95)).allowed == ()


def test_the_floor_that_is_proposed_is_granted():
    best = replace(VARIANTS[2], accuracy=0.9078439)
    task = replace(TASK, name='traffic_light', variants=(*VARIANTS[:2], best))

    def objection(floor):
        return floor_refusal([task], configuration_of({'traffic_light.accuracy_floor': floor}))

    assert objection(0.95) == (
        'traffic_light.accuracy_floor is 0.95, above its best variant, best; give at most 0.9'
    )
    assert objection(0.9) == ''


def test_without_a_choice_the_scheduler_gets_the_planned_variant_alone():
    task = scheduled(replace(TASK, chooses=False))
    assert (task.base, task.variants, task.stages) == ('good', VARIANTS[1:2], VARIANTS[1].stages)


def test_expected_accuracy_is_that_of_the_mix():
    assert TASK.expected_accuracy([('fast', 1), ('best', 3)]) == pytest.approx(0.825)
    assert TASK.expected_accuracy([]) == 0.0
