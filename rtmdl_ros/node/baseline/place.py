# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the processes of a run, camera and node, have in common: folder, domain, names, end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import rclpy
from rclpy.signals import SignalHandlerOptions

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.evidence.callback_plan import START
from rtmdl_ros.networks.zoo import ZooError
from rtmdl_ros.node.environment import fastdds_profile, ros_environment
from rtmdl_ros.workload.errors import BadInputError


def topic_of(camera: str) -> str:
    """Return where the images of a camera are published."""
    return f'/{camera}/image_raw'


def start_ns(folder: Path) -> int | None:
    """Return the start of the run on the steady clock; None: it is not known yet."""
    try:
        return int((folder / START).read_text(encoding='ascii'))
    except FileNotFoundError:
        return None


def run(name: str, arguments: Sequence[str] | None, work: Callable[[Path], None]) -> int:
    """Do the work of a process in the domain of its environment.

    Returns 0, also where SIGINT ends it, 1 for what cannot be loaded or written, 2 for
    wrong use and a plan that cannot be read: each told in one line.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1:
        print(f'{name}: give the folder of the plan; rtmdl bench does', file=sys.stderr)
        return 2
    domain_id = int(os.environ.get('ROS_DOMAIN_ID') or 0)
    os.environ.update(ros_environment(domain_id, fastdds_profile()))
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        work(Path(arguments[0]))
    except KeyboardInterrupt:
        return 0
    except (BadInputError, EngineError, ZooError, OSError) as error:
        print(f'{name}: {error}', file=sys.stderr)
        return 2 if isinstance(error, BadInputError) else 1
    finally:
        rclpy.try_shutdown()
    return 0
