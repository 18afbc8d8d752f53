# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Runs of our own stay on this machine, on Humble and on Jazzy."""

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from rtmdl_ros.node import ros_compat
from rtmdl_ros.node.environment import _PROFILES, ros_environment

ROOT = Path(__file__).parents[2]


def test_the_profile_leaves_udp_to_ros():
    """ROS_LOCALHOST_ONLY restricts no transport but Fast DDS's own."""
    profile = ElementTree.parse(ROOT / 'config' / 'fastdds.xml').getroot()

    def texts(name):
        return [element.text for element in profile.iter() if element.tag.endswith(f'}}{name}')]

    assert texts('type') == ['SHM']
    assert texts('useBuiltinTransports') == ['true']


@pytest.mark.parametrize(
    'local', [{'ROS_LOCALHOST_ONLY': '1'}, {'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}]
)
def test_a_run_is_kept_to_this_machine_and_has_a_domain_and_a_profile(monkeypatch, local):
    monkeypatch.setattr(ros_compat, 'LOCAL_ONLY', local)
    monkeypatch.setenv(_PROFILES[0], 'mine.xml')
    monkeypatch.delenv(_PROFILES[1], raising=False)
    assert ros_environment(7, Path('ours.xml')) == {
        'ROS_DOMAIN_ID': '7', _PROFILES[0]: 'mine.xml', _PROFILES[1]: 'ours.xml', **local,
    }  # fmt: skip


@pytest.mark.parametrize(
    ('distro', 'local'),
    [
        ('humble', 'ROS_LOCALHOST_ONLY=1'),
        ('jazzy', 'ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST'),
        ('', 'ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST'),
    ],
)
def test_so_are_the_commands_of_make(distro, local):
    command = ['make', '-n', '-C', str(ROOT), 'run']
    environment = os.environ | {'ROS_DISTRO': distro, 'MAKEFLAGS': ''}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert f'. ./env.sh && export {local} ROS_DOMAIN_ID=' in told.stdout
