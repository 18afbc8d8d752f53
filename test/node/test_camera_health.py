# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a camera, by what is seen of it."""

import math
from dataclasses import replace

import pytest

from rtmdl_ros.node.camera_health import CameraProblem, CameraView, diagnosed, end_of
from rtmdl_ros.workload.image_kind import ImageKind

WELL = CameraView(
    name='front', topic='/image', transport='raw', expected_type='sensor_msgs/msg/Image',
    types=frozenset({'sensor_msgs/msg/Image'}), publishers=1, absent_s=math.inf, is_remapped=True,
    other_topic='/image/compressed', other_publishers=0, silent_s=0.1, timeout_s=1.0,
    refused_policy='', usual_age_s=0.02,
    clock_stands=False, images=ImageKind(640, 480, False), measured_with=ImageKind(640, 480, False),
    period_remark='',
)  # fmt: skip
SILENT = replace(WELL, silent_s=2.0)


def test_a_camera_that_is_well_has_no_problem():
    assert diagnosed(WELL) == (None, '')
    assert diagnosed(replace(WELL, usual_age_s=None, publishers=0)) == (None, '')


@pytest.mark.parametrize(
    ('view', 'problem', 'advice'),
    [
        (
            replace(SILENT, publishers=0), CameraProblem.NO_PUBLISHER,
            'no publisher on /image; start the camera driver or remap the topic',
        ),
        (  # it has just appeared
            replace(SILENT, absent_s=0.9), CameraProblem.NO_PUBLISHER,
            'no publisher on /image; start the camera driver or remap the topic',
        ),
        (
            replace(SILENT, absent_s=1.1), CameraProblem.SILENT, 'no frame for 2.0 s on /image',
        ),
        (
            replace(SILENT, publishers=0, is_remapped=False), CameraProblem.NO_PUBLISHER,
            'no publisher on /image; nothing is remapped to it: give the launch file the '
            'image_topic of the driver, and camera_name:=front',
        ),
        (
            replace(SILENT, publishers=0, other_publishers=1), CameraProblem.OTHER_TRANSPORT,
            'no publisher on /image; there is one on /image/compressed: set front.transport to '
            'compressed',
        ),
        (
            replace(
                SILENT, publishers=0, other_publishers=1, transport='compressed', other_topic='/x'
            ),
            CameraProblem.OTHER_TRANSPORT,
            'no publisher on /image; there is one on /x: set front.transport to raw',
        ),
        (
            replace(SILENT, types=frozenset({'b/msg/B', 'a/msg/A'}), refused_policy='durability'),
            CameraProblem.OTHER_TYPE,
            '/image carries a/msg/A, b/msg/B, not sensor_msgs/msg/Image; remap to another topic or '
            'set front.transport',
        ),
        (
            replace(SILENT, refused_policy='reliability'), CameraProblem.INCOMPATIBLE_QOS,
            'incompatible QoS on /image (reliability): set qos_overrides./image.subscription.'
            'reliability to what the camera offers',
        ),
        (
            replace(SILENT, usual_age_s=100.0), CameraProblem.SILENT,
            'no frame for 2.0 s on /image',
        ),
        (
            replace(WELL, usual_age_s=100.0, period_remark='too slow'),
            CameraProblem.STRANGE_STAMPS,
            'stamps on /image do not match the clock (frame age 100.0 s): for a bag set '
            'use_sim_time and play it with --clock',
        ),
        (
            replace(WELL, usual_age_s=1.7e9), CameraProblem.STRANGE_STAMPS,
            'stamps on /image do not match the clock (frame age 1700000000.0 s): header.stamp is '
            '0, or counts from the start of the driver: have it take the time of its node',
        ),
        (
            replace(WELL, usual_age_s=-0.2), CameraProblem.STRANGE_STAMPS,
            'stamps on /image do not match the clock (frame age -0.2 s): for a bag set '
            'use_sim_time and play it with --clock; for a camera on another computer synchronise '
            'the clocks (chrony)',
        ),
        (
            replace(WELL, usual_age_s=-1e9, clock_stands=True), CameraProblem.STRANGE_STAMPS,
            'use_sim_time is true and nobody publishes /clock: play the bag with --clock, or set '
            'use_sim_time to false',
        ),
        (
            replace(WELL, images=ImageKind(800, 600, False), period_remark='too slow'),
            CameraProblem.LARGER_IMAGES,
            'images on /image are 800x600, stages were measured with 640x480: set front.width to '
            '800 and front.height to 600 and start anew',
        ),
        (
            replace(WELL, images=ImageKind(8191, 600, False)), CameraProblem.LARGER_IMAGES,
            'images on /image are 8191x600, stages were measured with 640x480: have the camera '
            'send at most 4096 pixels a side',
        ),
        (replace(WELL, period_remark='too slow'), CameraProblem.OTHER_PERIOD, 'too slow'),
    ],
)  # fmt: skip
def test_the_gravest_problem_is_told_with_what_to_do(view, problem, advice):
    assert diagnosed(view) == (problem, advice)
    assert problem.silences is view.is_silent


def test_the_end_of_a_problem_is_told_as_its_own():
    assert end_of(None) == end_of(CameraProblem.SILENT) == 'frames arrive'
    assert end_of(CameraProblem.STRANGE_STAMPS) == 'well again after stamps of another clock'
