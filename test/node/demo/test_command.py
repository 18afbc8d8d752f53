# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The options that depend on the source."""

import argparse

import cv2
import numpy as np
import pytest

from rtmdl_ros.node.demo import command


@pytest.fixture
def asked(monkeypatch):
    """Return a function that runs a command line, and what the demo is then asked for."""
    main = pytest.importorskip('rtmdl_ros.node.demo.main', reason='needs ROS 2: make setup')
    demos = []
    monkeypatch.setattr(main, 'demo', lambda options: demos.append(options) or 0)

    def run(*arguments):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return command.run(parser.parse_args([str(each) for each in arguments])), demos

    return run


def test_without_options_it_is_the_track_at_30_hz(asked):
    status, [options] = asked()
    assert status == 0
    assert options.workload == 'demo 640x480 at 30 Hz'
    assert (options.camera, options.simulated, options.seed) == ('camera_sim', True, 1)


def test_own_pictures_have_their_own_rate_and_a_greatest_width(asked, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.zeros((96, 128, 3), np.uint8))
    status, [options] = asked('--source', tmp_path)
    assert status == 0
    assert options.workload == f'demo on {tmp_path.name} at 10 Hz'
    assert (options.camera, options.simulated) == ('video_source', False)
    assert (options.width, options.height) == (128, 96)
    _, [_, slower] = asked('--source', tmp_path, '--rate', 5, '--width', 64)
    assert (slower.rate_hz, slower.width, slower.height) == (5.0, 64, 48)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (('--source', '/no.mp4'), '/no.mp4 does not exist; give a video file'),
        (('--source', '63'), 'webcam 63 cannot be opened (numbers in /dev: '),
        (('--source', '0', '--seed', '3'), '--seed is of the simulated camera only; leave it out'),
    ],
)
def test_a_source_that_cannot_be_shown_is_told_before_anything_starts(
    asked, capsys, arguments, message
):
    status, demos = asked(*arguments)
    assert (status, demos) == (2, [])
    assert capsys.readouterr().err.startswith(f'rtmdl demo: --source: {message}')
