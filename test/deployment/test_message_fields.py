# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What messages say of the results of a task."""

from types import SimpleNamespace

import pytest

from rtmdl_ros.deployment.message_fields import (
    OutputStatistics,
    output_statistics,
    scheduler_status_fields,
    task_status_fields,
)
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.runtime.accounting import ResponseStatistics, RuntimeStatistics, TaskStatistics
from rtmdl_ros.workload.parameters import NodeParameters, TaskParameters


def test_one_image_without_a_stamp_makes_the_others_no_older():
    found = output_statistics([(0.011, 2), (1.7e9, 0), (0.013, 1), (0.012, 1), (0.010, 1)])
    assert found == OutputStatistics(12.0, 1.0)


def test_numbers_are_such_as_messages_take_them():
    for results in ([], [(0, 2)]):
        found = output_statistics(results)
        assert type(found.frame_age_ms) is type(found.detections_per_frame) is float
    assert output_statistics([]) == OutputStatistics(0.0, 0.0)


STATISTICS = TaskStatistics(
    task='signs', released=30, in_flight=2, on_time=21, late=1, superseded=2, discarded=3, failed=1,
    rate_hz=29.5, window_ended=10, window_missed=4, window_failed=1,
    response=ResponseStatistics(12_000_000, 30_500_000, 41_000_000),
    variants=(('large', 6), ('small', 2)),
)  # fmt: skip


def test_the_status_of_a_task_has_its_counters_ratios_and_times_in_ms():
    variants = tuple(
        SimpleNamespace(name=name, accuracy=accuracy)
        for name, accuracy in (('small', 0.5), ('large', 0.9))
    )
    parameters = TaskParameters(camera='front', period_ms=33.0, deadline_ms=40.0)
    task = ReadyTask('signs', parameters, variants, {}, 'large', 2, chooses=True)
    fields = task_status_fields(task, STATISTICS, OutputStatistics(15.0, 1.5))
    assert fields == {
        'task': 'signs', 'camera': 'front', 'enabled': True, 'variant': 'large', 'priority': 2,
        'period_ms': 33.0, 'deadline_ms': 40.0,
        'released': 30, 'on_time': 21, 'late': 1, 'superseded': 2, 'discarded': 3, 'failed': 1,
        'in_flight': 2, 'miss_ratio_total': 0.25, 'rate_hz': 29.5, 'miss_ratio': 0.4,
        'response_p50_ms': 12.0, 'response_p99_ms': 30.5, 'response_max_ms': 41.0,
        'variants': ['large', 'small'], 'variant_jobs': [6, 2],
        'variant_accuracies': [0.9, 0.5], 'expected_accuracy': pytest.approx(0.8),
        'frame_age_ms': 15.0, 'detections_per_frame': 1.5,
    }  # fmt: skip


def test_the_status_of_the_scheduler_is_of_all_tasks_together():
    other = TaskStatistics('lights', 9, 0, 9, 0, 0, 0, 0, 30.0, 30, 0, 0, STATISTICS.response)
    statistics = RuntimeStatistics(0, (STATISTICS, other), 0.25, 0.75, 1.1, 1.3)
    fields = scheduler_status_fields(NodeParameters(), statistics)
    assert fields['miss_ratio'] == 0.1
    assert (fields['cpu_utilization'], fields['accelerator_utilization']) == (0.25, 0.75)
    assert (fields['cpu_slowness'], fields['accelerator_slowness']) == (1.1, 1.3)
