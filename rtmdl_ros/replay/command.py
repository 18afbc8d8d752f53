# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl replay`: its options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rtmdl_ros.replay.options import ReplayOptions
from rtmdl_ros.workload.arguments import number, path, whole

_DESCRIPTION = """Run a recorded drive (a rosbag2, or a video) through all that the node does,
without ROS 2. In virtual time the scheduler decides as on the car that the profile was measured on,
the networks are really run, and the same input gives the same figures everywhere."""

_EXAMPLES = """examples:
  rtmdl replay my_bag
      the only image topic of the bag, the default tasks, the profile of this device
  rtmdl replay my_bag --params-file my.param.yaml --profile car.json --plan plan.yaml
      what the car would do, here: change a deadline and see who misses
  rtmdl replay my_bag --camera-topic front=/camera/image_raw --camera-topic rear=/rear/image_raw
      several cameras
  rtmdl replay my_bag --rate 2 --real-time
      on this machine's clock, twice as fast
"""
#: Wide enough for every table where there is no terminal whose width could be asked for.
_PLAIN_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl replay`."""
    parser.description = _DESCRIPTION
    parser.epilog = _EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        'source', type=path, metavar='BAG', help='folder, .mcap or .db3 file; or a video'
    )

    def add(option: str, kind: Callable[[str], object], metavar: str, words: str) -> None:
        parser.add_argument(option, type=kind, metavar=metavar, help=words)

    add('--params-file', path, 'FILE', 'ROS parameters with the tasks (default: those of the node)')
    parser.add_argument(
        '--camera-topic', type=_camera_topic, metavar='CAMERA=TOPIC', action='append', default=[],
        help='image topic of a camera; once for each (default: the only one)',
    )  # fmt: skip
    add('--rate', number(0.01, 100.0), 'R', 'so many times as fast as recorded (default: 1)')
    parser.add_argument(
        '--real-time', action='store_true', help="by this machine's clock, not in virtual time"
    )
    add('--profile', path, 'FILE', 'stage times, in virtual time of any device (default: own)')
    add('--plan', path, 'FILE', 'plan to follow (default: one is made)')
    add('--seed', whole(0, 2**31 - 1), 'N', 'of the stage times in virtual time (default: 1)')
    add('--out', path, 'FOLDER', 'where everything is written (default: out/replay)')
    add('--json', path, 'FILE', 'write the figures here too')
    parser.add_argument('--no-pictures', action='store_true', help='figures and bag only')
    default = ReplayOptions(Path())
    parser.set_defaults(rate=default.rate, seed=default.seed, out=default.out)


def run(options: argparse.Namespace) -> int:
    """Replay and tell of it; returns 0, 1 when it failed, 2 for what cannot be used."""
    from rich.console import Console

    from rtmdl_ros.engine.errors import EngineError
    from rtmdl_ros.evidence.errors import EvidenceError
    from rtmdl_ros.evidence.written import tell, tell_written
    from rtmdl_ros.networks.zoo import ZooError
    from rtmdl_ros.perception.task import TaskError
    from rtmdl_ros.planning.errors import PlanningError
    from rtmdl_ros.profiling.profile_file import ProfileError
    from rtmdl_ros.replay.errors import ReplayError
    from rtmdl_ros.replay.files import write_files
    from rtmdl_ros.replay.run import run_replay
    from rtmdl_ros.replay.summary import remarks, summary_table
    from rtmdl_ros.workload.parameter_rules import ParameterError

    wrong_use = (ReplayError, ParameterError, ProfileError, PlanningError, TaskError)
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    given, progress = _options(options), Console(stderr=True)
    try:
        done = run_replay(given, progress)
    except wrong_use as error:
        print(f'rtmdl replay: {error}', file=sys.stderr)
        return 2
    except (EngineError, EvidenceError, ZooError, OSError) as error:
        print(f'rtmdl replay: {error}', file=sys.stderr)
        return 1
    console = Console(width=width)
    console.print(summary_table(done))
    tell(console, remarks(done))
    return tell_written(console, 'replay', write_files(done, given, progress))


def _options(options: argparse.Namespace) -> ReplayOptions:
    return ReplayOptions(
        source=options.source,
        params_file=options.params_file,
        camera_topics=tuple(options.camera_topic),
        rate=options.rate,
        real_time=options.real_time,
        profile=options.profile,
        plan=options.plan,
        seed=options.seed,
        out=options.out,
        json=options.json,
        pictures=not options.no_pictures,
    )


def _camera_topic(text: str) -> tuple[str, str]:
    """Return camera and topic; '' for the only camera."""
    camera, equals, topic = text.rpartition('=')
    # Topics of bags made by hand need no / in front.
    if not topic or not (camera if equals else topic.startswith('/')):
        raise argparse.ArgumentTypeError(
            f'{text}: give camera and topic, as front=/camera/image_raw'
        )
    return camera, topic
