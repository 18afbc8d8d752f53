# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Executables of the package, in this very Python."""

import os
import sys

import pytest

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.node.executables import executable


def test_executables_are_found_in_the_workspace():
    python, path = executable('camera_sim')
    assert python == sys.executable
    assert os.path.isfile(path)


def test_a_workspace_that_is_not_sourced_is_told(monkeypatch):
    monkeypatch.setenv('AMENT_PREFIX_PATH', '/nowhere')
    with pytest.raises(EvidenceError, match=r'not sourced; use "make run", or ". ./env.sh"'):
        executable('camera_sim')
