# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the processes of nodes are started with, and how that is refused in a line."""

import argparse
import sys
from collections.abc import Sequence

import rclpy
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args

from rtmdl_ros.node.parameter_files import unreadable_files
from rtmdl_ros.workload.errors import one_line

_EXAMPLES = """examples:
  {program} --ros-args --params-file my.param.yaml
  {program} --ros-args -p NAME:=VALUE -r OLD_TOPIC:=NEW_TOPIC --log-level debug
"""


def _refusal(problem: str) -> str:
    """Return what rcl says, with the remedy where it looks for a home in vain."""
    logging = 'logging directory' in problem
    return f'{problem}; set HOME or ROS_LOG_DIR' if logging else problem


def init_ros(args: Sequence[str] | None, program: str, description: str) -> list[str]:
    """Initialise rclpy with arguments, without args those of the process; returns them.

    Signals are left to the caller. Raises SystemExit after --help (0) and, with a word on it (2),
    for what ROS cannot read and for arguments that are none of ROS: it would pass over them, a
    parameter file among them.
    """
    arguments = sys.argv[1:] if args is None else list(args)
    parser = argparse.ArgumentParser(
        program,
        usage='%(prog)s [-h] [--ros-args ...]',
        description=description,
        epilog=_EXAMPLES.format(program=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    try:
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # RCLError: arguments, or a file that they name
        lines = [*unreadable_files(arguments)] or [_refusal(one_line(error))]
        parser.exit(2, ''.join(f'{program}: {line}\n' for line in lines))
    try:
        parser.parse_args(remove_ros_args(arguments))
    except SystemExit:
        rclpy.shutdown()
        raise
    return arguments
