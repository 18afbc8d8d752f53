# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Some of a GPU's memory stays free."""

import gc
import threading
import weakref

import pytest

from rtmdl_ros.engine.gpu_memory import (
    GpuMemory,
    available_bytes,
    give_back_unused,
    undisturbed_capture,
)


class Cycle:
    """Ends when garbage is collected, as networks do."""

    def __init__(self):
        self.itself = self


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


def test_garbage_is_collected_before_a_capture_and_not_in_it():
    old = weakref.ref(Cycle())
    with undisturbed_capture():
        assert old() is None
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_capture_that_fails_leaves_garbage_collected_and_others_free():
    with pytest.raises(OSError, match='gone'), undisturbed_capture():
        raise OSError('gone')
    assert gc.isenabled()
    with undisturbed_capture():
        pass


def test_nobody_captures_or_gives_memory_back_meanwhile():
    entered = threading.Event()

    def wait_and_enter():
        give_back_unused()
        entered.set()

    thread = threading.Thread(target=wait_and_enter)
    with undisturbed_capture():
        thread.start()
        assert not entered.wait(0.05)
    assert entered.wait(5)
    thread.join()
