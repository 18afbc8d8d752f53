# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The name of the machine."""

from rtmdl_ros.bench.machine import machine_name


def test_machine_is_named_by_the_model_of_its_processor(tmp_path):
    cpuinfo = tmp_path / 'cpuinfo'
    cpuinfo.write_text('processor\t: 0\nmodel name\t: Fast 3000\n')
    assert machine_name(cpuinfo).endswith(', Fast 3000')
    assert machine_name(tmp_path / 'missing')
