# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Bags come into being whole."""

import sqlite3

import pytest
from rosbags.rosbag2 import StoragePlugin

from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_writer import BagWriter, message
from rtmdl_ros.replay.message_types import TIME

TOPIC = '/rtmdl/status'


def write(path, storage, stamps=(1,), fail=None):
    with BagWriter(path, storage) as bag:
        bag.add_topic(TOPIC, TIME)
        for stamp in stamps:
            bag.write(TOPIC, stamp, message(TIME, sec=stamp, nanosec=0))
        if fail is not None:
            raise fail


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize('storage', StoragePlugin)
def test_a_bag_replaces_one_of_ours_once_it_is_complete(tmp_path, storage):
    path = tmp_path / 'bag'
    for stamps in ((1,), (1, 2)):
        write(path, storage, stamps)
        assert sum(topic.messages for topic in Bag(path).topics) == len(stamps)
        assert names(tmp_path) == ['bag']
        suffix = 'mcap' if storage is StoragePlugin.MCAP else 'db3'
        assert names(path) == sorted([f'bag.{suffix}', 'metadata.yaml'])


@pytest.mark.parametrize('storage', StoragePlugin)
def test_what_fails_leaves_the_bag_before_and_nothing_else(tmp_path, storage):
    path = tmp_path / 'bag'
    write(path, storage, (1, 2, 3))
    for error, told in (
        (sqlite3.OperationalError('database or disk is full'), 'database or disk is full'),
        (OSError(28, 'No space left on device'), 'No space left on device'),
    ):
        with pytest.raises(OSError, match=told) as caught:
            write(path, storage, fail=error)
        assert caught.value.filename == str(path)
    with pytest.raises(KeyboardInterrupt):
        write(path, storage, fail=KeyboardInterrupt())
    assert names(tmp_path) == ['bag']
    assert sum(topic.messages for topic in Bag(path).topics) == 3


def test_where_no_folder_can_be_the_bag_is_named(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(OSError) as caught:
        write(tmp_path / 'file' / 'bag', StoragePlugin.MCAP)
    assert caught.value.filename == str(tmp_path / 'file' / 'bag')


def test_what_a_run_that_was_killed_leaves_does_not_block_the_next(tmp_path):
    path = tmp_path / 'bag'
    killed = BagWriter(path, StoragePlugin.SQLITE3)
    killed.__enter__()
    write(path, StoragePlugin.SQLITE3)
    assert 'bag' in names(tmp_path) and len(names(tmp_path)) == 2
