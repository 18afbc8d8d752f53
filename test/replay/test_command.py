# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl replay`: what a user sees, and one line for whatever is wrong."""

import json
import re

import pytest
from small_bags import CAMERA, MS, frames, jpeg, raw, texts, truths, write_bag

from rtmdl_ros import cli


def test_table_and_remarks(replays, tmp_path, capsys):
    bag = write_bag(tmp_path / 'bag', frames(3), truths(2))
    parameters = replays.parameters(tmp_path / 'p.yaml', traffic_sign__deadline_ms=10.0)
    arguments = ['replay', str(bag), '--params-file', str(parameters), '--camera-topic', CAMERA]
    assert cli.main([*arguments, '--out', str(tmp_path / 'out'), '--no-pictures']) == 0
    text = capsys.readouterr().out
    assert 'replay of 0.2 s in virtual time, seed 1' in text
    for row in (
        r'frames released +3 +3', r'on time +3 +0', r'discarded as hopeless +0 +3',
        r'deadline +33.3 ms +10.0 ms', r'response time, median +7.0 ms +–', r'objects shown +2 +–',
        r'traffic_light: found in frames on time: nothing; on-time accuracy 0.0 %',
        r'traffic_light: 2 of 3 frames were scored, by 2 messages of the truth; one counts where',
        r'camera front: 3 frames at 10.0 Hz from /camera_sim/image',
        r'traffic_light: frames come every 100.0 ms, traffic_light.period_ms is 33.3',
        re.escape(str(tmp_path / 'out' / 'bag')),
    ):  # fmt: skip
        assert re.search(row, text), row


def test_images_that_take_longer_than_measured_ones_are_told(replays, tmp_path, capsys):
    for make, told in ((raw, False), (jpeg, True)):
        name = make.__name__
        bag = write_bag(tmp_path / name, frames(3, make=make))
        parameters = replays.parameters(tmp_path / f'{name}.yaml')
        arguments = ['replay', str(bag), '--params-file', str(parameters)]
        assert cli.main([*arguments, '--out', str(tmp_path / 'out'), '--no-pictures']) == 0
        text = ' '.join(capsys.readouterr().out.split())
        remark = (
            'compressed, stages were measured with 640x480 raw; set front.width, front.height, '
            'front.transport for the profile'
        )
        assert (remark in text) is told


def test_a_file_that_cannot_be_written_costs_neither_table_nor_others(
    replays, tmp_path, capsys, monkeypatch
):
    def full(*arguments):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('rtmdl_ros.replay.files.write_chrome_trace', full)
    monkeypatch.setattr('rtmdl_ros.replay.album.write_timeline', full)
    bag = write_bag(tmp_path / 'bag', frames(2), truths(2))
    parameters, out = str(replays.parameters(tmp_path / 'p.yaml')), tmp_path / 'out'
    assert cli.main(['replay', str(bag), '--params-file', parameters, '--out', str(out)]) == 1
    text, error = capsys.readouterr()
    assert 'frames released' in text
    written = [out / name for name in ('replay.json', 'bag', 'frames.png')]
    assert text.splitlines()[-4:] == ['written:', *(f'  {path}' for path in written)]
    assert all(path.exists() for path in written)
    assert error.splitlines()[-2:] == [
        f'rtmdl replay: {out}/{name}: cannot be written (No space left on device); give another '
        'place, or rights or room'
        for name in ('trace.json', 'timeline.png')
    ]


def test_a_jump_of_the_clock_is_told(replays, tmp_path, capsys):
    topic, kind, rows = frames(4)
    bag = write_bag(
        tmp_path / 'bag',
        (topic, kind, [(at + (number > 1) * 86_400_000 * MS, image)
                       for number, (at, image) in enumerate(rows)]),
    )  # fmt: skip
    parameters = str(replays.parameters(tmp_path / 'p.yaml'))
    out = tmp_path / 'out'
    arguments = ['replay', str(bag), '--params-file', parameters, '--no-pictures']
    assert cli.main([*arguments, '--out', str(out)]) == 0
    text = capsys.readouterr().out
    assert 'replay of 60.2 s in virtual time' in text
    jump = 'after frame 2 the clock of the recording jumps by +86400.1 s; replayed as a gap of 60 s'
    assert jump in text.splitlines()
    assert 'camera front: 4 frames at 10.0 Hz' in text
    content = json.loads((out / 'replay.json').read_text())
    assert content['clock_jumps'] == [{'frames_before': 2, 'seconds': 86400.1}]


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (('nowhere',), 'nowhere: there is no such bag'),
        (('chatter',), r'chatter: no image topic is left for camera front; the bag has: /chatter'),
        (('chatter', '--camera-topic', 'front=/chatter'), 'is no image topic'),
        (('chatter', '--params-file', 'nowhere.yaml'), 'nowhere.yaml'),
        (('damaged',), 'damaged: is cut off or damaged'),
    ],
)
def test_bad_input_ends_with_2_and_one_line(tmp_path, capsys, monkeypatch, arguments, text):
    monkeypatch.chdir(tmp_path)
    write_bag(tmp_path / 'chatter', texts())
    damaged = write_bag(tmp_path / 'damaged', frames(3)) / 'damaged.db3'
    damaged.write_bytes(damaged.read_bytes()[:30_000])
    assert cli.main(['replay', *arguments]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith('rtmdl replay: ')
    assert re.search(text, error)


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        ((), 'BAG'),
        (('b', '--rate', '0'), '--rate: 0: give a number from 0.01 to 100'),
        (('b', '--seed', 'x'), '--seed: x: give a whole number'),
        (('b', '--camera-topic', 'front'), 'front: give camera and topic, as front=/camera/image'),
        (('b', '--camera-topic', '=/x'), '=/x: give camera and topic'),
        (('b', '--camera-topic', 'front='), 'front=: give camera and topic'),
        (('b', '--camera-topic', 'image'), 'image: give camera and topic'),
    ],
)
def test_wrong_use(capsys, arguments, text):
    with pytest.raises(SystemExit) as caught:
        cli.main(['replay', *arguments])
    assert caught.value.code == 2
    assert text in capsys.readouterr().err.splitlines()[-1]
