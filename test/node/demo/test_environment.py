# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the machine is called."""

import os

from rtmdl_ros.node.demo import environment


def test_the_device_is_named_as_profiles_name_it(monkeypatch):
    monkeypatch.setattr(environment, 'processor', lambda: 'Board 9, Chip 9')
    cores = len(os.sched_getaffinity(0))
    assert environment.device_name() == f'Board 9, Chip 9, {cores} cores'
