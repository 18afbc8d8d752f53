# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl demo`: its options."""

import argparse
import os
import sys
from collections.abc import Callable

from rtmdl_ros.evidence.domains import domain_id, free_domain_id
from rtmdl_ros.node.demo.options import SIMULATED, DemoOptions
from rtmdl_ros.workload.arguments import number, path, whole
from rtmdl_ros.workload.errors import BadInputError
from rtmdl_ros.workload.image_kind import LARGEST_SIDE, SMALLEST_SIDE

#: Wide enough for the largest networks, narrow enough for two cores.
_FOOTAGE_WIDTH = 1280

_DESCRIPTION = """Start camera_sim (a car that drives along a rendered track) and rtmdl_node as two
processes, watch them for a while, and score what the node found against the truth. With --source
the node looks at footage of your own, whose truth nobody knows."""

_EXAMPLES = """examples:
  rtmdl demo
  rtmdl demo --deadline-ms 25          a deadline that cannot always be met: who misses, and why
  rtmdl demo --width 1280 --height 720
  rtmdl demo --params-file config/rtmdl.param.yaml --json figures.json
  rtmdl demo --source drive.mp4        a video of your own, or a folder of pictures
  rtmdl demo --source 0                a webcam
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl demo`."""
    parser.description = _DESCRIPTION
    parser.epilog = _EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    default = DemoOptions()

    def option(name: str, kind: Callable[[str], object], metavar: str, text: str) -> None:
        parser.add_argument(f'--{name}', type=kind, metavar=metavar, help=text)

    option(
        'source', str, 'SOURCE',
        'sim, a video file, a folder of pictures or the number of a webcam (default: sim)',
    )  # fmt: skip
    option(
        'duration', number(0.5, 3600.0), 'S',
        f'measured time in s (default: {default.duration_s:g})',
    )  # fmt: skip
    option('seed', whole(0, 2**31 - 1), 'N', f'number of the track (default: {default.seed})')
    side = whole(SMALLEST_SIDE, LARGEST_SIDE)
    option(
        'width', side, 'PX',
        f'width of the images (default: {default.width}); wider ones of own footage are narrowed '
        f'to it (default: {_FOOTAGE_WIDTH})',
    )  # fmt: skip
    option(
        'height', side, 'PX', f'height of the images of the track (default: {default.height})'
    )
    option(
        'rate', number(1.0, 240.0), 'HZ',
        f'images a second (default: {default.rate_hz:g}; of own footage its own, 10 for pictures)',
    )  # fmt: skip
    option(
        'deadline-ms', number(1.0, 60_000.0), 'MS',
        'deadline of all tasks (default: as in the parameters)',
    )  # fmt: skip
    option('params-file', path, 'FILE', 'ROS parameter file for the node')
    option('out', path, 'FOLDER', f'where everything is written (default: {default.out})')
    option('json', path, 'FILE', 'write the figures here too')
    option('domain-id', domain_id, 'ID', 'ROS domain to run in (default: one of its own)')
    parser.add_argument('--no-pictures', action='store_true', help='figures only')
    parser.set_defaults(source=default.source, duration=default.duration_s, out=default.out)


def run(options: argparse.Namespace) -> int:
    """Run a demo; returns 0, 1 when it failed, 2 for a wrong parameter file or source."""
    try:
        from rtmdl_ros.node.demo.main import demo
    except ImportError as error:
        print(
            f'rtmdl demo: {error}; build the workspace with "make setup", then use "make run" or '
            'source env.sh',
            file=sys.stderr,
        )
        return 1
    try:
        return demo(_demo_options(options))
    except BadInputError as error:
        print(f'rtmdl demo: --source: {error}', file=sys.stderr)
        return 2


def _demo_options(options: argparse.Namespace) -> DemoOptions:
    """Return the options with what depends on the source.

    Raises BadInputError for footage that cannot be read and for options that it does not have.
    """
    # Brings OpenCV, of no use to --help.
    from rtmdl_ros.perception.footage import narrowed_size, open_footage

    camera = {'seed': options.seed, 'width': options.width, 'height': options.height}
    camera['rate_hz'] = options.rate
    if options.source != SIMULATED:
        for name in ('seed', 'height'):
            if camera[name] is not None:
                raise BadInputError(f'--{name} is of the simulated camera only; leave it out')
        most_width = options.width or _FOOTAGE_WIDTH
        footage = open_footage(options.source, options.rate or 0.0, width=most_width)
        camera['rate_hz'] = footage.rate_hz
        camera['width'], camera['height'] = narrowed_size(footage.frame(0), most_width)
    return DemoOptions(
        source=options.source,
        duration_s=options.duration,
        deadline_ms=options.deadline_ms,
        params_file=options.params_file,
        out=options.out,
        json=options.json,
        domain_id=_domain_id(options.domain_id),
        pictures=not options.no_pictures,
        **{name: value for name, value in camera.items() if value is not None},
    )


def _domain_id(chosen: int | None) -> int:
    return free_domain_id(os.getpid()) if chosen is None else chosen
