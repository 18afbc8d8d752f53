# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The node's process: its log, its end."""

import logging
import os
import subprocess
import sys

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

import rclpy
from domains import fresh_domain_id
from rclpy.node import Node

from rtmdl_ros.node.process import _RosLog


@pytest.fixture
def log():
    """Return a logger whose records go to the log of a node."""
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=fresh_domain_id())
    node = Node('log', context=context)
    logger = logging.Logger('test')  # without pytest's handlers, which raise
    logger.addHandler(_RosLog(node))
    yield logger
    node.destroy_node()
    rclpy.shutdown(context=context)


def test_text_that_utf_8_cannot_hold_is_logged_with_escapes(log, capfd):
    try:
        raise FileNotFoundError('caf\udce9.png')
    except FileNotFoundError as error:
        log.error('%s is gone', error, exc_info=error)
    shown = capfd.readouterr().err
    assert '[ERROR]' in shown and 'caf\\udce9.png is gone' in shown
    assert 'FileNotFoundError: caf\\udce9.png\n' in shown


def test_a_record_that_cannot_be_formatted_is_not_the_callers_trouble(log, capfd):
    log.error('%d jobs', 'no')
    log.warning('and on')
    shown = capfd.readouterr().err
    assert '--- Logging error ---' in shown
    assert '[WARN]' in shown and 'and on' in shown


def test_a_task_that_shuts_ros_down_ends_the_node_and_is_told_of():
    code = (
        'import threading, time, rclpy\n'
        'from rtmdl_ros.node.process import run\n'
        'def shut_down():\n'
        '    while not rclpy.ok():\n'
        '        time.sleep(0.1)\n'
        '    time.sleep(3.0)\n'
        '    rclpy.shutdown()\n'
        'threading.Thread(target=shut_down).start()\n'
        'raise SystemExit(run(["--ros-args", "-p", "autostart:=false"]))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, timeout=60.0, cwd='/',
        env=os.environ | {'ROS_DOMAIN_ID': str(fresh_domain_id())},
    )  # fmt: skip
    assert done.stderr.splitlines()[-1:] == [
        'rtmdl: ends, as a task has called rclpy.shutdown()'
    ]
    assert 'Traceback' not in done.stderr
    assert done.returncode == 0
