# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Some of a GPU's memory stays free."""

from rtmdl_ros.engine.gpu_memory import GpuMemory, available_bytes


def test_the_last_twentieth_is_not_for_networks():
    assert not GpuMemory(50_000_000, 1_000_000_000).is_full
    assert GpuMemory(49_999_999, 1_000_000_000).is_full
    assert str(GpuMemory(49_999_999, 1_000_000_000)) == '49 of 1000 MB free'


def test_what_linux_would_give(tmp_path):
    meminfo = tmp_path / 'meminfo'
    meminfo.write_text('MemTotal:  7000 kB\nMemFree:   10 kB\nMemAvailable:    3000 kB\n')
    assert available_bytes(meminfo) == 3000 * 1024
    meminfo.write_text('MemTotal:  7000 kB\n')
    assert available_bytes(meminfo) == available_bytes(tmp_path / 'none') == 0
    assert available_bytes() > 0
