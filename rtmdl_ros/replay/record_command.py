# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl record-demo`: its options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rtmdl_ros.workload.arguments import number, path, whole
from rtmdl_ros.workload.parameters import CameraSimParameters
from rtmdl_ros.workload.text_file import unwritten

_DESCRIPTION = """Write a bag of the simulated camera: a drive along a rendered track, with what is
really in each frame beside it. Needs no ROS 2; the same seed gives the same bag."""

_EXAMPLES = """examples:
  rtmdl record-demo
      10 s of track 1 in out/demo_bag, raw images (some 28 MB a second)
  rtmdl record-demo --duration 60 --seed 7 --compressed --storage mcap --out drive
      a minute of another track as JPEG, for "ros2 bag play drive" or "rtmdl replay drive"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl record-demo`."""
    parser.description = _DESCRIPTION
    parser.epilog = _EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    default = CameraSimParameters()

    def add(
        option: str, kind: Callable[[str], object], metavar: str, value: object, words: str
    ) -> None:
        words += ' (default: %(default)s)'
        parser.add_argument(option, type=kind, metavar=metavar, default=value, help=words)

    add('--duration', number(0.01, 3600.0), 'S', 10.0, 'length of the drive in s')
    add('--seed', whole(0, 2**31 - 1), 'N', default.seed, 'number of the track')
    add('--out', path, 'FOLDER', Path('out/demo_bag'), 'the bag; one of rtmdl is replaced')
    parser.add_argument(
        '--storage', choices=('sqlite3', 'mcap'), default='sqlite3',
        help='form of the bag (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument('--compressed', action='store_true', help='JPEG instead of raw images')
    add('--width', whole(64, 4096), 'PX', default.width, 'width of the images')
    add('--height', whole(64, 4096), 'PX', default.height, 'height of the images')
    add('--rate', number(1.0, 240.0), 'HZ', default.rate_hz, 'images a second')


def run(options: argparse.Namespace) -> int:
    """Write the bag; returns 0, 1 where it cannot be written, 2 where no bag may go."""
    from rich.console import Console
    from rosbags.rosbag2 import StoragePlugin

    from rtmdl_ros.evidence.progress import progress_bar
    from rtmdl_ros.replay.demo_bag import frames_of, write_demo_bag
    from rtmdl_ros.replay.errors import ReplayError

    camera = CameraSimParameters(
        seed=options.seed,
        width=options.width,
        height=options.height,
        rate_hz=options.rate,
        duration_s=options.duration,
    )
    storage = StoragePlugin.MCAP if options.storage == 'mcap' else StoragePlugin.SQLITE3
    try:
        with progress_bar(Console(stderr=True), 'Rendering', frames_of(camera)) as advance:
            count = write_demo_bag(
                options.out, camera, storage, compressed=options.compressed, progress=advance
            )
    except ReplayError as error:
        print(f'rtmdl record-demo: {error}', file=sys.stderr)
        return 2
    except OSError as error:
        print(f'rtmdl record-demo: {unwritten(error)}', file=sys.stderr)
        return 1
    print(f'{count} frames of track {camera.seed} written to {options.out}')
    return 0
