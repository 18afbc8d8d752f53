# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Values on the command line."""

import argparse
from pathlib import Path

import pytest

from rtmdl_ros.workload.arguments import path


def test_a_home_that_the_shell_has_left_is_found(monkeypatch):
    monkeypatch.setenv('HOME', '/home/racer')
    assert path('~/x.json') == Path('/home/racer/x.json')
    assert path('out/~x') == Path('out/~x')
    with pytest.raises(argparse.ArgumentTypeError, match='~nobody_here/x: there is no such home'):
        path('~nobody_here/x')
