# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Processes that live, die and do not listen."""

import os
import sys
import time

import pytest

from rtmdl_ros.node.demo.errors import DemoError
from rtmdl_ros.node.demo.processes import Child, end_all, executable

DEAF = 'import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print("up", flush=True)'


def child(folder, code):
    """Start Python with some code, its output in a log file."""
    command = [sys.executable, '-c', code]
    return Child('helper', command, dict(os.environ), folder / 'helper.log')


def test_a_process_that_ends_by_itself_is_told_with_the_end_of_its_log(tmp_path):
    process = child(tmp_path, 'for i in range(9): print("line", i)\nraise SystemExit(3)')
    assert process.wait(20.0)
    with pytest.raises(DemoError) as caught:
        process.check()
    first, *tail = str(caught.value).splitlines()
    assert first == (
        f'helper ended by itself with exit status 3; the end of {tmp_path}/helper.log:'
    )
    assert tail == ['line 4', 'line 5', 'line 6', 'line 7', 'line 8']


def test_a_running_process_is_no_error_and_ends_on_interrupt(tmp_path):
    process = child(tmp_path, 'import time; time.sleep(60)')
    process.check()
    end_all([process], 20.0)
    with pytest.raises(DemoError, match='exit status'):
        process.check()


def test_deaf_processes_are_killed_in_time(tmp_path):
    deaf = child(tmp_path, f'{DEAF}; time.sleep(60)')
    while 'up' not in deaf.log.read_text():
        time.sleep(0.05)
    start_s = time.monotonic()
    end_all([deaf], 0.5)
    assert 0.5 <= time.monotonic() - start_s < 2.0
    with pytest.raises(DemoError, match='status -9'):
        deaf.check()


def test_executables_are_found_in_the_workspace():
    python, path = executable('camera_sim')
    assert python == sys.executable
    assert os.path.isfile(path)


def test_a_workspace_that_is_not_sourced_is_told(monkeypatch):
    monkeypatch.setenv('AMENT_PREFIX_PATH', '/nowhere')
    with pytest.raises(DemoError, match=r'not sourced; use "make run", or ". ./env.sh"'):
        executable('camera_sim')
