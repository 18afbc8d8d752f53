# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The name of the machine."""

import os

from rtmdl_ros.bench.machine import machine_name
from rtmdl_ros.profiling.device import processor


def test_machine_is_named_by_its_cores_and_the_model_of_its_processor():
    cores, _, model = machine_name().partition(', ')
    assert int(cores.split()[0]) == len(os.sched_getaffinity(0))
    assert model == processor() != ''
