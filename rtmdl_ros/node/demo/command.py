# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl demo`: its options."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rtmdl_ros.node.demo.options import DemoOptions, own_domain_id

_DESCRIPTION = """Start camera_sim (a car that drives along a rendered track) and rtmdl_node as two
processes, watch them for a while, and score what the node found against the truth."""

_EXAMPLES = """examples:
  rtmdl demo
  rtmdl demo --deadline-ms 25          a deadline that cannot always be met: who misses, and why
  rtmdl demo --width 1280 --height 720
  rtmdl demo --params-file config/rtmdl.param.yaml --json figures.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl demo`."""
    parser.description = _DESCRIPTION
    parser.epilog = _EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    default = DemoOptions()

    def option(name: str, kind: Callable[[str], object], metavar: str, text: str) -> None:
        parser.add_argument(f'--{name}', type=kind, metavar=metavar, help=text)

    option('duration', _number(0.5, 3600.0), 'S', 'measured time in s (default: 20)')
    option('seed', _whole(0, 2**31 - 1), 'N', 'number of the track (default: 1)')
    option('width', _whole(64, 4096), 'PX', 'width of the images (default: 640)')
    option('height', _whole(64, 4096), 'PX', 'height of the images (default: 480)')
    option('rate', _number(1.0, 240.0), 'HZ', 'images a second (default: 30)')
    option('deadline-ms', _number(1.0, 60_000.0), 'MS', 'deadline of all tasks (default: 33.3)')
    option('params-file', Path, 'FILE', 'ROS parameter file for the node')
    option('out', Path, 'FOLDER', 'where everything is written (default: out/demo)')
    option('json', Path, 'FILE', 'write the figures here too')
    option('domain-id', _whole(0, 101), 'ID', 'ROS domain to run in (default: one of its own)')
    parser.add_argument('--no-pictures', action='store_true', help='figures only')
    parser.set_defaults(
        duration=default.duration_s,
        seed=default.seed,
        width=default.width,
        height=default.height,
        rate=default.rate_hz,
        out=default.out,
    )


def run(options: argparse.Namespace) -> int:
    """Run a demo; returns 0, 1 when it failed, 2 for a wrong parameter file."""
    try:
        from rtmdl_ros.node.demo.main import demo
    except ImportError as error:
        print(
            f'rtmdl demo: {error}; build the workspace with "make setup", then use "make run" or '
            'source env.sh',
            file=sys.stderr,
        )
        return 1
    domain_id = own_domain_id(os.getpid()) if options.domain_id is None else options.domain_id
    return demo(
        DemoOptions(
            duration_s=options.duration,
            seed=options.seed,
            width=options.width,
            height=options.height,
            rate_hz=options.rate,
            deadline_ms=options.deadline_ms,
            params_file=options.params_file,
            out=options.out,
            json=options.json,
            domain_id=domain_id,
            pictures=not options.no_pictures,
        )
    )


def _number(least: float, most: float) -> Callable[[str], float]:
    def convert(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f'{text}: give a number from {least:g} to {most:g}')
        return value

    return convert


def _whole(least: int, most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f'{text}: give a whole number from {least} to {most}')
        return value

    return convert
