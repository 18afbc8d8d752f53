# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Drives out of bags: frames, times, truth, and a digest of it all."""

from dataclasses import replace

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin
from small_bags import (
    CAMERA,
    LAG_NS,
    MS,
    OBJECT,
    START_NS,
    TRUTH,
    frames,
    jpeg,
    pixels,
    raw,
    times,
    truth,
    truths,
    write_bag,
)

from rtmdl_ros.perception.images import ImageError
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_drive import BagDrive
from rtmdl_ros.replay.bag_writer import BagWriter, header_at
from rtmdl_ros.replay.clock import ClockJump
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.message_types import DETECTION_ARRAY, IMAGE
from rtmdl_ros.workload.detection import Box
from rtmdl_ros.workload.image_kind import ImageKind

REAR = '/rear/image_raw'


def drive_of(path, *contents, storage=StoragePlugin.SQLITE3, **cameras):
    """Write a bag and return the drive in it."""
    bag = Bag(write_bag(path, *contents, storage=storage))
    topics = {topic.name: topic for topic in bag.topics}
    cameras = cameras or {'front': CAMERA}
    return BagDrive(bag, {camera: topics[name] for camera, name in cameras.items()})


def test_frames_come_by_the_time_of_their_recording(tmp_path):
    drive = drive_of(tmp_path / 'bag', frames(2), frames(3, REAR), front=CAMERA, rear=REAR)
    assert drive.tracks['front'].times_ns == tuple(times(2))
    assert drive.tracks['rear'].stamps_ns == tuple(t - LAG_NS for t in times(3))
    assert drive.tracks['rear'].rate_hz == pytest.approx(10.0)
    found = list(drive.frames())
    assert sorted((f.camera, f.number) for f in found[:4]) == [
        ('front', 0), ('front', 1), ('rear', 0), ('rear', 1)
    ]  # fmt: skip
    assert (found[4].camera, found[4].number) == ('rear', 2)
    assert np.array_equal(found[4].decode(), pixels(2))
    assert found[4].header.frame_id == 'optical'
    assert drive.truth == {}


def test_compressed_frames_are_decoded(tmp_path):
    drive = drive_of(tmp_path / 'bag', frames(1, make=jpeg))
    (frame,) = drive.frames()
    assert np.abs(frame.decode().astype(int) - pixels(0)).mean() < 4


def test_truth_goes_to_the_frame_with_its_stamp_and_the_camera_nearest_by_name(tmp_path):
    drive = drive_of(
        tmp_path / 'bag', frames(3), frames(3, REAR), truths(2), front=CAMERA, rear=REAR
    )
    assert drive.truth == {('traffic_light', 'front'): {0: (OBJECT,), 1: (OBJECT,)}}


def test_truth_of_a_camera_that_is_not_replayed_is_not_of_another(tmp_path):
    left, right = frames(3, '/left/image'), frames(3, '/right/image')
    told = truths(3, '/left/truth/traffic_light'), truths(3, '/right/truth/traffic_sign')
    drive = drive_of(tmp_path / 'bag', left, right, *told, front='/left/image')
    known = {('traffic_light', 'front'): dict.fromkeys(range(3), (OBJECT,))}
    assert drive.truth == known
    assert drive.truth_messages == {('traffic_light', 'front'): 3}


def test_of_two_that_tell_of_one_frame_differently_none_counts(tmp_path):
    at, stamp = times(2), [time - LAG_NS for time in times(2)]
    other = [(at[0], truth(header_at(stamp[0], 'optical')))]
    drive = drive_of(
        tmp_path / 'bag', frames(2), truths(2, '/a/truth/traffic_light'),
        ('/b/truth/traffic_light', DETECTION_ARRAY, other),
    )  # fmt: skip
    assert drive.truth == {('traffic_light', 'front'): {1: (OBJECT,)}}
    assert drive.truth_messages == {('traffic_light', 'front'): 3}


def test_a_track_tells_of_its_largest_image_and_of_what_was_promised(tmp_path):
    stamps = times(3)
    images = [
        (at, raw(header_at(at, 'optical'), np.zeros((side, 2 * side, 3), np.uint8)))
        for at, side in zip(stamps, (8, 32, 16), strict=True)
    ]
    path = write_bag(tmp_path / 'bag', (CAMERA, IMAGE, images))
    metadata = path / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace('message_count: 3', 'message_count: 5'))
    bag = Bag(path)
    track = BagDrive(bag, {'front': bag.topics[0]}).tracks['front']
    assert track.images == ImageKind(64, 32)
    assert (len(track.times_ns), track.promised) == (3, 5)


def stamped(*stamps, kind=IMAGE, topic=CAMERA):
    """Return images or truths for `write_bag` with these stamps, truths with other boxes each."""
    rows = []
    for number, (at, stamp_ms) in enumerate(zip(times(len(stamps)), stamps, strict=True)):
        header, box = header_at(stamp_ms * MS), Box(1.0, 1.0, 2.0 + number, 9.0)
        thing = replace(OBJECT, box=box)
        rows.append((at, raw(header, pixels(0)) if kind == IMAGE else truth(header, thing)))
    return topic, kind, rows


def test_of_stamps_that_are_not_of_one_frame_nothing_is_known(tmp_path):
    place = 'traffic_light', 'front'
    zeros = drive_of(
        tmp_path / 'a', stamped(0, 0, 0), stamped(0, 0, 0, kind=DETECTION_ARRAY, topic=TRUTH)
    )
    assert (zeros.truth, zeros.truth_messages) == ({place: {}}, {place: 3})
    some = drive_of(
        tmp_path / 'b',
        stamped(1, 2, 2, 3, 4),
        stamped(1, 2, 3, 3, 5, kind=DETECTION_ARRAY, topic=TRUTH),
    )
    assert (list(some.truth[place]), some.truth_messages) == ([0], {place: 5})
    # The same said twice is no contradiction.
    topic, kind, rows = truths(2)
    twice = drive_of(tmp_path / 'c', frames(2), (topic, kind, [*rows, rows[0]]))
    assert twice.truth == {place: {0: (OBJECT,), 1: (OBJECT,)}}


def images(*times_ns, topic=CAMERA):
    """Return an image topic for `write_bag` with frames that were recorded at these times."""
    rows = [(at, raw(header_at(at, 'optical'), pixels(n))) for n, at in enumerate(times_ns)]
    return topic, IMAGE, rows


def test_a_jump_of_the_clock_is_a_gap_of_a_minute(tmp_path):
    # A board without a clock of its own learns the date.
    drive = drive_of(
        tmp_path / 'bag',
        images(100 * MS, 200 * MS, START_NS, START_NS + 100 * MS),
        images(150 * MS, START_NS + 70 * MS, topic=REAR),
        front=CAMERA, rear=REAR,
    )  # fmt: skip
    assert drive.jumps == (ClockJump(3, START_NS - 200 * MS),)
    assert drive.tracks['front'].passed_ns == (0, 100 * MS, 60_100 * MS, 60_200 * MS)
    assert drive.tracks['rear'].passed_ns == (50 * MS, 60_170 * MS)
    assert drive.tracks['front'].rate_hz == pytest.approx(10.0)


def test_time_never_runs_backwards(tmp_path):
    # Set back between two files of a split bag.
    bag = write_bag(tmp_path / 'bag', images(START_NS, START_NS + 100 * MS))
    earlier = images(START_NS - 5000 * MS, START_NS - 4900 * MS)
    second = write_bag(tmp_path / 'second', earlier) / 'second.db3'
    second.rename(bag / 'second.db3')
    metadata = (bag / 'metadata.yaml').read_text()
    (bag / 'metadata.yaml').write_text(metadata.replace('- bag.db3', '- bag.db3\n  - second.db3'))
    read = Bag(bag)
    drive = BagDrive(read, {'front': read.topics[0]})
    assert drive.jumps == (ClockJump(2, -5100 * MS),)
    assert drive.tracks['front'].passed_ns == (0, 100 * MS, 100 * MS, 200 * MS)


@pytest.mark.parametrize('storage', StoragePlugin)
def test_within_one_file_a_clock_that_was_set_back_cannot_be_told(tmp_path, storage):
    # docs/replay.md says so: frames come by their times, mixed.
    with BagWriter(tmp_path / 'bag', storage) as bag:
        bag.add_topic(CAMERA, IMAGE)
        for number, at in enumerate((0, 100, 50, 150)):
            at_ns = START_NS + at * MS
            bag.write(CAMERA, at_ns, raw(header_at(at_ns, str(number)), pixels(number)))
    read = Bag(tmp_path / 'bag')
    drive = BagDrive(read, {'front': read.topics[0]})
    assert [frame.header.frame_id for frame in drive.frames()] == ['0', '2', '1', '3']
    assert drive.jumps == ()


@pytest.mark.parametrize(
    ('camera', 'name', 'functions'),
    [
        (CAMERA, 'traffic_light', []),
        (CAMERA, 'truth/traffic_light', ['traffic_light']),
        ('image', '/truth/traffic_light', ['traffic_light']),
    ],
)
def test_names_of_topics_without_a_slash(tmp_path, camera, name, functions):
    drive = drive_of(
        tmp_path / 'bag', frames(1, camera), truths(1, name), frames(1, REAR),
        front=camera, rear=REAR,
    )  # fmt: skip
    assert [function for function, _ in drive.truth] == functions


def test_the_digest_is_that_of_the_content(tmp_path):
    first = drive_of(tmp_path / 'a', frames(3))
    copy = drive_of(tmp_path / 'b', truths(1), frames(3), storage=StoragePlugin.MCAP)
    other = drive_of(tmp_path / 'c', frames(4))
    later = drive_of(tmp_path / 'd', frames(3, period_ms=99))
    at = times(1)[0]
    flat, tall = (
        drive_of(tmp_path / name, (CAMERA, IMAGE, [
            (at, raw(header_at(at, 'x'), np.zeros(shape, np.uint8)))
        ]))
        for name, shape in (('e', (8, 16, 3)), ('f', (16, 8, 3)))
    )  # fmt: skip
    assert first.digest == copy.digest
    drives = first, other, later, flat, tall
    assert len({drive.digest for drive in drives}) == len(drives)


def test_times_that_no_stamp_can_hold(tmp_path):
    at = 2**31 * 10**9
    late = CAMERA, IMAGE, [(at, raw(header_at(START_NS, 'x'), pixels(0)))]
    with pytest.raises(ReplayError, match='image was recorded by a clock beyond 2038'):
        drive_of(tmp_path / 'bag', late)


def test_a_topic_without_messages(tmp_path):
    with pytest.raises(ReplayError, match=r'no message is on /camera_sim/image; the bag has: /cam'):
        drive_of(tmp_path / 'bag', (CAMERA, IMAGE, []))


def test_a_frame_that_cannot_be_decoded_says_so_when_it_is(tmp_path):
    topic, kind, rows = frames(1)
    rows[0][1].encoding = 'bayer_rggb8'
    (frame,) = drive_of(tmp_path / 'bag', (topic, kind, rows)).frames()
    with pytest.raises(ImageError, match="encoding 'bayer_rggb8' is not supported"):
        frame.decode()
