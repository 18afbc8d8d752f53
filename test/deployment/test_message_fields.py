# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What messages say of the results of a task."""

from rtmdl_ros.deployment.message_fields import OutputStatistics, output_statistics


def test_one_image_without_a_stamp_makes_the_others_no_older():
    found = output_statistics([(0.011, 2), (1.7e9, 0), (0.013, 1), (0.012, 1), (0.010, 1)])
    assert found == OutputStatistics(12.0, 1.0)


def test_numbers_are_such_as_messages_take_them():
    for results in ([], [(0, 2)]):
        found = output_statistics(results)
        assert type(found.frame_age_ms) is type(found.detections_per_frame) is float
    assert output_statistics([]) == OutputStatistics(0.0, 0.0)
