# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Bags of both kinds read, and all that may be wrong with one."""

import re
import shutil
from sqlite3 import connect

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin
from small_bags import CAMERA, TRUTH, frames, jpeg, pixels, texts, times, truths, write_bag

from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.errors import BagError

BOTH = pytest.mark.parametrize('storage', StoragePlugin)
ALL_OF_IT = (
    '/camera_sim/image (sensor_msgs/msg/Image, 3 messages), '
    '/chatter (std_msgs/msg/String, 2 messages)'
)


@BOTH
def test_a_bag_is_read_by_folder_and_by_file(tmp_path, storage):
    folder = write_bag(tmp_path / 'bag', frames(3), texts(), storage=storage)
    (file,) = [path for path in folder.iterdir() if path.name != 'metadata.yaml']
    for path in (folder, file):
        bag = Bag(path)
        assert bag.contents() == ALL_OF_IT
        assert bag.storage is storage
        read = list(bag.messages([CAMERA]))
        assert [(topic, time_ns) for topic, time_ns, _ in read] == [(CAMERA, t) for t in times(3)]
        assert np.array_equal(read[2][2].data, pixels(2).reshape(-1))
        assert read[2][2].header.frame_id == 'optical'
    assert list(bag.messages(['/other'])) == []


def test_what_is_no_bag(tmp_path):
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'notes.txt').write_text('x')
    (tmp_path / 'old.bag').write_text('x')
    (tmp_path / 'drives' / 'monday').mkdir(parents=True)
    (tmp_path / 'drives' / 'monday' / 'monday_0.mcap').write_text('x')
    for name, text in (
        ('nowhere', 'there is no such bag; give the folder that "ros2 bag record" made'),
        ('empty', r'no bag is in this folder \(no .mcap, no .db3\); give another'),
        ('drives', rf'no bag is in this folder \(.*\); give {tmp_path}/drives/monday$'),
        ('notes.txt', 'is no bag; give a folder, an .mcap or a .db3 file'),
        ('old.bag', 'is a bag of ROS 1; convert it with rosbags-convert'),
    ):
        with pytest.raises(BagError, match=f'^{re.escape(str(tmp_path / name))}: {text}'):
            Bag(tmp_path / name)


def test_a_bag_without_metadata_names_the_command_that_makes_them(tmp_path):
    folder = write_bag(tmp_path / 'bag', frames(1))
    (folder / 'metadata.yaml').unlink()
    with pytest.raises(BagError, match=r'has no metadata.yaml; make it with "ros2 bag reindex'):
        Bag(folder)


def test_broken_metadata(tmp_path):
    folder = write_bag(tmp_path / 'bag', frames(1))
    for text in ('', '[', 'a: 1', 'rosbag2_bagfile_information: 3'):
        (folder / 'metadata.yaml').write_text(text)
        with pytest.raises(BagError, match=r'is cut off or damaged \('):
            Bag(folder)


@BOTH
@pytest.mark.parametrize('part', [0.0, 0.3, 0.7, 0.95])
def test_a_truncated_bag_is_told_in_one_line(tmp_path, storage, part):
    folder = write_bag(tmp_path / 'bag', frames(20), storage=storage)
    (file,) = [path for path in folder.iterdir() if path.name != 'metadata.yaml']
    content = file.read_bytes()
    file.write_bytes(content[: int(part * len(content))])
    with pytest.raises(BagError, match=r'is cut off or damaged .*recover') as caught:
        list(Bag(folder).messages([CAMERA]))
    assert '\n' not in str(caught.value)


@BOTH
def test_noise_in_a_bag_raises_nothing_else(tmp_path, storage):
    folder = write_bag(tmp_path / 'bag', frames(8, make=jpeg), storage=storage)
    (file,) = [path for path in folder.iterdir() if path.name != 'metadata.yaml']
    content = file.read_bytes()
    rng = np.random.default_rng(1)
    told = 0
    for _ in range(20):
        noisy = np.frombuffer(content, np.uint8).copy()
        start = int(rng.integers(len(noisy) - 400))
        noisy[start : start + 400] = rng.integers(0, 256, 400)
        file.write_bytes(noisy.tobytes())
        try:
            list(Bag(folder).messages([CAMERA]))
        except BagError:
            told += 1
    assert told > 0


def test_our_messages_of_another_version(tmp_path):
    folder = write_bag(tmp_path / 'bag', truths(1))
    metadata = folder / 'metadata.yaml'
    text = metadata.read_text()
    hashes = re.findall(r'RIHS01_(\w{64})', text)
    metadata.write_text(text.replace(hashes[0], '0' * 64))
    with connect(folder / 'bag.db3') as database:
        database.execute('UPDATE topics SET type_description_hash = ?', ('RIHS01_' + '0' * 64,))
    database.close()
    with pytest.raises(BagError, match='of another version of rtmdl_ros; record it anew, or leave'):
        list(Bag(folder).messages([TRUTH]))


def test_a_file_that_the_metadata_names_is_missing(tmp_path):
    folder = write_bag(tmp_path / 'bag', frames(1))
    shutil.move(folder / 'bag.db3', folder / 'other.db3')
    with pytest.raises(BagError, match='files are missing'):
        Bag(folder)
