# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The types of messages in bags, and an installation without ours."""

from pathlib import Path

import pytest
from small_bags import frames, write_bag

from rtmdl_ros import cli
from rtmdl_ros.replay import message_types


@pytest.fixture
def bag(tmp_path):
    return write_bag(tmp_path / 'bag', frames(1))


@pytest.fixture
def incomplete(monkeypatch):
    monkeypatch.setattr(message_types, '_FOLDERS', (Path('nowhere'),))
    message_types.typestore.cache_clear()
    yield
    message_types.typestore.cache_clear()


def test_ours_are_beside_those_of_ros():
    types = message_types.typestore().types
    assert {message_types.IMAGE, message_types.SCHEDULER_STATUS} <= set(types)


def test_an_installation_without_ours_is_told_in_one_line(bag, tmp_path, incomplete, capsys):
    assert cli.main(['replay', str(bag), '--out', str(tmp_path / 'out')]) == 1
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith('rtmdl replay: the message definitions of rtmdl_ros (share/rtmdl_ros/')
    assert line.endswith('install the package anew')
