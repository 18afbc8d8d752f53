# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl profile`: what every variant takes on this device, and how much they disturb."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rtmdl_ros.workload.arguments import device, figures_file, number, path, whole
from rtmdl_ros.workload.functions import SHIPPED_FUNCTIONS, may_be_function

if TYPE_CHECKING:
    from rtmdl_ros.profiling.profile import Profile
    from rtmdl_ros.profiling.request import Request
    from rtmdl_ros.workload.configuration import Configuration

EXAMPLES = """examples:
  rtmdl profile
      measure all variants of both functions, into the cache folder, where the node looks
  rtmdl profile --budget 120 --rounds 20 --out out/profile.json
      more precisely, for a report; the picture is out/profile.png
  rtmdl profile --functions traffic_light --zoo my_zoo --out out/mine.json
      your own networks of one function
  rtmdl profile --params-file my.param.yaml
      the tasks of a node with these parameters, its own classes and cores, for that node
  rtmdl profile --lane-cores 2-3
      on the cores that lane_cores of the node names
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl profile`."""
    parser.description = (
        'Measure on this device how long the stages of every variant take alone and how much the\n'
        'networks slow each other down, and write it as JSON with a picture beside it. Stop what\n'
        'else runs here before.'
    )
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        '--params-file', type=path, metavar='FILE',
        help='ROS parameters with the tasks, and with all that is not given here',
    )  # fmt: skip
    what.add_argument(
        '--functions', nargs='+', type=_function, default=SHIPPED_FUNCTIONS, metavar='NAME',
        help=f'some of {", ".join(SHIPPED_FUNCTIONS)} (default: both),\n'
        'or your own classes, my_package.my_module.MyTask',
    )  # fmt: skip
    parser.add_argument('--zoo', type=path, metavar='DIR', help='networks (default: the shipped)')
    parser.add_argument(
        '--cache-dir', type=path, metavar='DIR',
        help='exported networks (default: rtmdl_ros in the cache folder of the user)',
    )  # fmt: skip
    parser.add_argument(
        '--out', type=path, metavar='FILE',
        help='(default: where a node of these functions looks, in the cache folder)',
    )  # fmt: skip
    parser.add_argument(
        '--budget', type=number(0.0, 86_400.0), default=20.0, metavar='S',
        help='seconds for pairs of networks side by side; what is left over is predicted from\n'
        'them (default: 20)',
    )  # fmt: skip
    parser.add_argument(
        '--rounds', type=whole(1, 1000), default=5, metavar='N',
        help='runs of each variant on each of eight frames (default: 5)',
    )  # fmt: skip
    parser.add_argument(
        '--segments', type=_segments, metavar='N',
        help='of each detector, 1 to 8; auto: by its time, 1 of a single function\n'
        '(default: as the parameters say, else auto)',
    )  # fmt: skip
    parser.add_argument(
        '--lane-cores', type=_cores, default=(), metavar='LIST',
        help='measure on these cores, as 0-1,3 (default: any)',
    )  # fmt: skip
    parser.add_argument(
        '--device', type=device, metavar='NAME',
        help='auto, cpu, cuda, cuda:1 (default: as the parameters say, else auto)',
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Measure, write and print; return 0, 1 after one line on what is missing or cannot be written.

    2 for parameters that cannot be used, cores that this process may not use, and a profile that
    its picture would overwrite.
    """
    from rtmdl_ros.engine.errors import EngineError
    from rtmdl_ros.networks.zoo import ZooError
    from rtmdl_ros.profiling.profile_file import ProfileError
    from rtmdl_ros.workload.parameter_file import read_parameter_file
    from rtmdl_ros.workload.parameter_rules import ParameterError

    configuration = None
    try:
        if options.params_file:
            configuration = read_parameter_file(options.params_file)
        _check_cores(options, configuration)
        out = _out(options, configuration)
    except ParameterError as error:
        print(f'rtmdl profile: {error}', file=sys.stderr)
        return 2
    try:
        _profile(options, configuration, out)
    except (EngineError, ProfileError, ZooError, OSError) as error:
        print(f'rtmdl profile: {error}', file=sys.stderr)
        return 1
    return 0


def _check_cores(options: argparse.Namespace, configuration: Configuration | None) -> None:
    from rtmdl_ros.runtime.real_time import usable_cores
    from rtmdl_ros.workload.parameter_rules import ParameterError

    cores, name = options.lane_cores, '--lane-cores'
    if configuration and not cores:
        cores, name = _cores(configuration.node.lane_cores), f'{options.params_file}: lane_cores'
    refused = sorted(set(cores) - set(usable_cores()))
    if refused:
        raise ParameterError(
            f'{name}: core {refused[0]} is not one that this process may use; give some of '
            f'{", ".join(map(str, usable_cores()))}'
        )


def _out(options: argparse.Namespace, configuration: Configuration | None) -> Path | None:
    """Return the file that the profile is to go to; None: where a node looks."""
    from rtmdl_ros.workload.parameter_rules import ParameterError

    path: Path | None = options.out or _named(configuration, 'profile_file')
    try:
        return path and figures_file(str(path))
    except argparse.ArgumentTypeError as error:
        name = '--out' if options.out else f'{options.params_file}: profile_file'
        raise ParameterError(f'{name}: {error}') from error


def _profile(
    options: argparse.Namespace, configuration: Configuration | None, out: Path | None
) -> None:
    from rtmdl_ros.engine.cache import default_cache_dir
    from rtmdl_ros.profiling.measure import Effort, measured_profile
    from rtmdl_ros.profiling.printing import measuring, print_profile
    from rtmdl_ros.profiling.profile_file import (
        check_profile_writable,
        default_profile_path,
        holds_profile,
        write_profile,
    )
    from rtmdl_ros.workload.places import refuse_other

    cache_dir = options.cache_dir or _named(configuration, 'cache_dir') or default_cache_dir()
    request = _request(options, configuration, Path(cache_dir))
    path = out or default_profile_path(request.device(), cache_dir)
    check_profile_writable(path)
    refuse_other(path, 'profile', holds_profile)
    effort = Effort(options.rounds, options.budget)
    with measuring() as progress:
        profile = measured_profile(request, cache_dir, effort, progress, print)
    print_profile(profile, request.functions)
    write_profile(profile, path)
    print(f'profile: {path}')
    _draw(profile, path.with_suffix('.png'))


def _request(
    options: argparse.Namespace, configuration: Configuration | None, cache_dir: Path
) -> Request:
    from rtmdl_ros.engine.engine import open_engine
    from rtmdl_ros.networks.zoo import default_zoo_dir
    from rtmdl_ros.perception.functions import ladder
    from rtmdl_ros.profiling.request import Request, request_of
    from rtmdl_ros.workload.parameters import NodeParameters

    zoo_dir = options.zoo or _named(configuration, 'zoo_dir') or default_zoo_dir()
    if configuration:
        if options.device:
            node = replace(configuration.node, device=options.device)
            configuration = replace(configuration, node=node)
        request = request_of(configuration, zoo_dir, cache_dir, print)
    else:
        functions = tuple(dict.fromkeys(options.functions))
        ladders = {function: ladder(function, zoo_dir) for function in functions}
        node = NodeParameters(device=options.device or 'auto')
        engine = open_engine(node, cache_dir, print)
        request = Request(ladders, tasks=len(functions), segments={}, engine=engine)
    if options.segments is not None:
        # 0 is auto, as in the parameters.
        request = replace(request, segments=dict.fromkeys(request.functions, options.segments))
    return replace(request, lane_cores=options.lane_cores or request.lane_cores)


def _named(configuration: Configuration | None, parameter: str) -> Path | None:
    name: str = getattr(configuration.node, parameter) if configuration else ''
    return Path(name).expanduser() if name else None


def _draw(profile: Profile, path: Path) -> None:
    from rtmdl_ros.profiling.profile_file import ProfileError
    from rtmdl_ros.profiling.profile_picture import draw_profile

    try:
        draw_profile(profile, path)
    except OSError as error:
        raise ProfileError(
            path, f'cannot be written ({error.strerror})', 'the profile itself is complete'
        ) from error
    print(f'picture: {path}')


def _function(text: str) -> str:
    if not may_be_function(text):
        raise argparse.ArgumentTypeError(
            f'{text}: give {", ".join(SHIPPED_FUNCTIONS)} or the dotted name of your own class'
        )
    return text


def _segments(text: str) -> int:
    if text == 'auto':
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= 8:
        raise argparse.ArgumentTypeError(f'{text}: give a whole number from 1 to 8 or auto')
    return int(text)


def _cores(text: str) -> tuple[int, ...]:
    from rtmdl_ros.workload.core_list import cores_in

    try:
        return cores_in(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'{text}: {error}') from error
