# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Bags of any content are read, as far as they go, or refused in one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import FUZZ, damaged, only_documented
from rosbags.rosbag2 import StoragePlugin
from small_bags import texts, write_bag

from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.errors import BagError


@pytest.mark.parametrize('storage', list(StoragePlugin))
@settings(FUZZ, max_examples=max(1, FUZZ.max_examples // 5))
@given(data=st.data())
def test_a_damaged_file(tmp_path_factory, storage, data):
    folder = tmp_path_factory.mktemp('bag') / 'bag'
    write_bag(folder, texts(), storage=storage)
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    only_documented(lambda: list(Bag(folder).messages(['/chatter'])), BagError)
