# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Processes that live, die and do not listen."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtmdl_ros.evidence import leash
from rtmdl_ros.evidence.processes import Child, ProcessError, end_all

# Children of a shell's background jobs are born deaf to interrupts.
HEARING = (
    'import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); '
    "print('up', flush=True)"
)
DEAF = 'import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print("up", flush=True)'


def child(folder, code):
    """Start Python with some code, its output in a log file."""
    command = [sys.executable, '-c', code]
    return Child('helper', command, dict(os.environ), folder / 'helper.log')


def test_a_process_that_ends_by_itself_is_told_with_the_end_of_its_log(tmp_path):
    process = child(tmp_path, 'for i in range(9): print("line", i)\nraise SystemExit(3)')
    assert process.wait(20.0)
    with pytest.raises(ProcessError) as caught:
        process.check()
    first, *tail = str(caught.value).splitlines()
    assert first == (
        f'helper ended by itself with exit status 3; the end of {tmp_path}/helper.log:'
    )
    assert tail == ['line 4', 'line 5', 'line 6', 'line 7', 'line 8']


def test_a_running_process_is_no_error_and_ends_on_interrupt(tmp_path):
    process = child(tmp_path, f'{HEARING}; time.sleep(60)')
    while 'up' not in process.log.read_text():
        time.sleep(0.05)
    process.check()
    start_s = time.monotonic()
    end_all([process], 20.0)
    assert time.monotonic() - start_s < 10.0
    with pytest.raises(ProcessError, match='exit status'):
        process.check()


def test_deaf_processes_are_killed_in_time(tmp_path):
    deaf = child(tmp_path, f'{DEAF}; time.sleep(60)')
    while 'up' not in deaf.log.read_text():
        time.sleep(0.05)
    start_s = time.monotonic()
    end_all([deaf], 0.5)
    assert 0.5 <= time.monotonic() - start_s < 2.0
    with pytest.raises(ProcessError, match='status -9'):
        deaf.check()


def test_a_process_that_ends_well_has_ended(tmp_path):
    process = child(tmp_path, 'import time; time.sleep(0.2)')
    assert not process.ended()
    assert process.wait(20.0)
    assert process.ended()
    failed = child(tmp_path, 'raise SystemExit("no wish")')
    assert failed.wait(20.0)
    with pytest.raises(ProcessError, match='no wish'):
        failed.ended()


STARTER = """
import os, pathlib, sys, time
from rtmdl_ros.evidence import leash
from rtmdl_ros.evidence.processes import Child
folder = pathlib.Path(sys.argv[1])
child = Child('sleeper', [sys.executable, '-c', 'import time; time.sleep(600)'], {}, folder / 'log')
print(child.process_id, flush=True)
time.sleep(600)
"""


def test_a_process_does_not_outlive_who_started_it(tmp_path):
    """However that ends: killed, it can do nothing about it."""
    starter = subprocess.Popen(
        [sys.executable, '-c', STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with starter:
        sleeper = int(starter.stdout.readline())
        assert is_running(sleeper)
        starter.kill()
    end_s = time.monotonic() + 20.0
    while is_running(sleeper):
        assert time.monotonic() < end_s
        time.sleep(0.05)


def is_running(process_id):
    """Tell whether a process is there and no zombie, which waits for whoever takes it over."""
    try:
        fields = Path(f'/proc/{process_id}/stat').read_text().rpartition(')')[2].split()
    except FileNotFoundError:
        return False
    return fields[0] != 'Z'


def test_a_process_listens_although_the_starter_does_not(tmp_path):
    """As whatever a shell starts in its background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = child(tmp_path, 'import time; print("up", flush=True); time.sleep(600)')
    finally:
        signal.signal(signal.SIGINT, before)
    while 'up' not in process.log.read_text():
        time.sleep(0.05)
    process.interrupt()
    assert process.wait(20.0)
    assert 'KeyboardInterrupt' in process.log.read_text()


def test_a_process_whose_starter_is_gone_does_not_begin(tmp_path):
    late = [sys.executable, leash.__file__, '1', sys.executable, '-c', 'print("began")']
    done = subprocess.run(late, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, '')
