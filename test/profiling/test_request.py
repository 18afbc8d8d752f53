# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the parameters of a node ask to be measured."""

import os

from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.profiling.request import request_of
from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.image_kind import ImageKind


def test_cores_that_are_not_there_are_not_those_that_were_measured_on():
    own = min(os.sched_getaffinity(0))
    for asked, measured in ((f'{own}', (own,)), (f'{own},1023', ()), ('', ())):
        configuration = configuration_of({'lane_cores': asked})
        assert request_of(configuration, default_zoo_dir()).lane_cores == measured


def test_a_function_of_two_cameras_is_measured_with_the_images_that_take_longer():
    configuration = configuration_of({
        'cameras': ['front', 'rear', 'side'], 'tasks': ['ahead', 'behind', 'beside'],
        'ahead.function': 'traffic_light', 'behind.function': 'traffic_light',
        'beside.function': 'traffic_sign', 'behind.camera': 'rear', 'beside.camera': 'side',
        'front.width': 800, 'rear.transport': 'compressed', 'side.height': 720,
    })  # fmt: skip
    assert request_of(configuration, default_zoo_dir()).images == {
        'traffic_light': ImageKind(compressed=True), 'traffic_sign': ImageKind(640, 720),
    }  # fmt: skip
