# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Bags of the simulated camera: its pixels, its truth, its stamps."""

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin

from rtmdl_ros import cli
from rtmdl_ros.deployment.message_fields import stamp_ns_of
from rtmdl_ros.perception.images import by_views, decompressed
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_drive import BagDrive
from rtmdl_ros.replay.demo_bag import write_demo_bag
from rtmdl_ros.workload.parameters import CameraSimParameters

SMALL = CameraSimParameters(seed=5, width=160, height=120, rate_hz=20.0, duration_s=0.25)


@pytest.mark.parametrize('storage', StoragePlugin)
@pytest.mark.parametrize('compressed', [False, True])
def test_it_holds_what_is_rendered(tmp_path, storage, compressed):
    done = []
    path = tmp_path / 'bag'
    count = write_demo_bag(
        path, SMALL, storage, compressed=compressed, progress=lambda: done.append(1)
    )
    assert count == len(done) == 5
    bag = Bag(path)
    assert bag.storage is storage
    (image,) = [topic for topic in bag.topics if 'image' in topic.name]
    assert image.name == '/camera_sim/image/compressed' if compressed else '/camera_sim/image'
    track = Track(5, 160, 120, 20.0)
    stamps = []
    for number, (_, time_ns, message) in enumerate(bag.messages([image.name])):
        picture = track.frame(number).image
        if compressed:
            assert np.abs(decompressed(message).astype(int) - picture).mean() < 6
        else:
            assert np.array_equal(by_views(message), picture)
        assert stamp_ns_of(message.header) == time_ns
        assert message.header.frame_id == 'camera_optical_frame'
        stamps.append(time_ns - stamps[0] if stamps else time_ns)
    assert stamps[1:] == [50_000_000 * n for n in range(1, 5)]


def test_the_truth_is_that_of_the_frames(tmp_path):
    camera = CameraSimParameters(seed=3, width=320, height=240, rate_hz=2.0, duration_s=3.0)
    write_demo_bag(tmp_path / 'bag', camera, StoragePlugin.SQLITE3, compressed=True)
    bag = Bag(tmp_path / 'bag')
    (image,) = [topic for topic in bag.topics if 'image' in topic.name]
    drive = BagDrive(bag, {'front': image})
    track = Track(3, 320, 240, 2.0)
    objects = 0
    for function, kind in (('traffic_light', 'lights'), ('traffic_sign', 'signs')):
        for number, found in drive.truth[function, 'front'].items():
            expected = getattr(track.frame(number), kind)
            assert [d.class_name for d in found] == [d.class_name for d in expected]
            for one, other in zip(found, expected, strict=True):
                assert one.box.x_min == pytest.approx(other.box.x_min, abs=1e-3)
                assert one.box.y_max == pytest.approx(other.box.y_max, abs=1e-3)
            objects += len(found)
    assert objects > 10


def test_the_command_writes_one_and_refuses_to_overwrite_other_things(tmp_path, capsys):
    out = tmp_path / 'drive'
    small = ('--width', '64', '--height', '64', '--duration', '0.1')
    arguments = ('record-demo', *small, '--seed', '2', '--out', str(out), '--storage', 'mcap')
    assert cli.main(arguments) == cli.main(arguments) == 0
    assert f'3 frames of track 2 written to {out}' in capsys.readouterr().out
    assert (out / 'drive.mcap').exists()
    (out / 'notes.txt').write_text('x')
    assert cli.main(arguments) == 2
    assert 'drive: is there and is no bag of rtmdl alone' in capsys.readouterr().err
    (tmp_path / 'file').write_text('x')
    assert cli.main(('record-demo', *small, '--out', str(tmp_path / 'file' / 'bag'))) == 1
    assert 'Not a directory' in capsys.readouterr().err
