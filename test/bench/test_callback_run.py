# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Processes of a baseline that fail or do not get on, told by its name; needs no ROS 2."""

import numpy as np
import pytest
from known_callbacks import SCENARIO, setting

from rtmdl_ros.bench import callback_run
from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.perception.frame import Frame


@pytest.fixture
def failure(tmp_path, monkeypatch):
    """Return a function that runs some code in place of camera and node, and why that failed."""

    def run(code):
        (tmp_path / 'played_node.py').write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(callback_run, '_CAMERA', 'played_node')
        monkeypatch.setattr(callback_run, '_NODE', 'played_node')
        frames = [Frame(np.zeros((2, 2, 3), np.uint8).copy, arrival_ns=0, header=None)]
        ready = setting('ros2_callback_single')
        with pytest.raises(ExperimentError) as caught:
            callback_run.run_callbacks(ready, SCENARIO, frames, lambda seconds: None)
        return str(caught.value)

    return run


def test_a_process_that_fails_is_told_without_the_log_that_is_gone(failure):
    assert failure('raise SystemExit("no wish")') == (
        'played_node ended by itself with exit status 1; the end of its output:\nno wish'
    )


def test_processes_that_do_not_get_on_are_those_of_the_policy(failure, monkeypatch):
    monkeypatch.setattr(callback_run, '_START_S', 0.1)
    assert failure('import time; time.sleep(600)').startswith(
        'camera and node of ros2_callback_single do not get on; '
    )
