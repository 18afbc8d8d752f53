# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The `rtmdl` command. Exit status: 0 done, 1 could not be done or did not hold, 2 wrong use."""

import argparse
import difflib
import importlib
import re
import sys
from collections.abc import Callable, Sequence

from rtmdl_ros.evidence.interruption import INTERRUPTED, interruptible
from rtmdl_ros.runtime.real_time import calm_openmp

#: Each command: the module with its `add_arguments(parser)` and `run(options)`, and its one line.
#: Only the module of the command that is asked for is imported.
COMMANDS = {
    'demo': (
        'rtmdl_ros.node.demo.command',
        'run the node on a simulated camera: figures, pictures, a video',
    ),
    'replay': (
        'rtmdl_ros.replay.command',
        'run a recorded bag through all that the node does, without ROS 2',
    ),
    'record-demo': (
        'rtmdl_ros.replay.record_command',
        'write a bag of the simulated camera, with the truth',
    ),
    'scale': (
        'rtmdl_ros.scaling.command',
        'train the networks on real and rendered images and write them into the zoo',
    ),
    'evaluate': (
        'rtmdl_ros.scaling.evaluate_command',
        'score the networks of a zoo on real images they have not seen',
    ),
    'profile': (
        'rtmdl_ros.profiling.command',
        'measure how long every variant takes on this device, and how much they disturb',
    ),
    'plan': (
        'rtmdl_ros.planning.command',
        'choose variant and priority of all tasks together, by a profile',
    ),
    'simulate': (
        'rtmdl_ros.simulation.command',
        'run the scheduler in virtual time, on the tasks of a file or on random ones',
    ),
    'bench': (
        'rtmdl_ros.bench.contest_command',
        'run other ways to schedule beside ours, on the same frames: tables, pictures',
    ),
}

_EXAMPLES = """examples:
  rtmdl demo                        camera and node for 20 s; results in out/demo
  rtmdl demo --duration 5 --seed 7  another track, shorter
  rtmdl replay my_bag               a recorded drive, without ROS 2; results in out/replay
  rtmdl simulate --tasks 8          random tasks in virtual time
  rtmdl COMMAND --help              options and examples of a command
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    calm_openmp()  # before a command imports torch
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    chosen = arguments[0] if arguments else ''
    try:
        with interruptible() as interruption:
            try:
                return _run(chosen, arguments)
            except ImportError:  # what a module in C makes of a signal while it is imported
                interruption.check()
                raise
    except KeyboardInterrupt:
        print(f'rtmdl {chosen}: interrupted', file=sys.stderr)
        return INTERRUPTED


def _run(chosen: str, arguments: Sequence[str]) -> int:
    try:
        parser, command = _parsers(chosen)
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith('rtmdl_ros'):
            raise
        print(f'rtmdl {chosen}: needs the ROS 2 workspace; see "make setup"', file=sys.stderr)
        return 1
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        command.error(f'unrecognized arguments: {" ".join(unknown)}{_meant(unknown[0], command)}')
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _parsers(chosen: str) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Return the parser of all and, within it, that of the chosen command."""
    own = parser = argparse.ArgumentParser(
        prog='rtmdl',
        description='Several perception networks on one CPU and one GPU, with deadlines.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title='commands', metavar='COMMAND', required=True)
    for name, (module_name, line) in COMMANDS.items():
        command = commands.add_parser(name, help=line)
        if name == chosen:
            module = importlib.import_module(module_name)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
            own = command
    return parser, own


def _meant(unknown: str, command: argparse.ArgumentParser) -> str:
    """Return a hint at the option of a command that an unknown one is nearest to; '': none is."""
    options = re.findall('--[a-z][a-z-]*', command.format_usage())
    near = difflib.get_close_matches(unknown.partition('=')[0], options, n=1)
    return f'; did you mean {near[0]}?' if near else ''


if __name__ == '__main__':
    sys.exit(main())
