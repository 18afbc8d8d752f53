# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Life of the node's process."""

import logging
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import cv2
import rclpy
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.executors import SingleThreadedExecutor

from rtmdl_ros.node.node import RtmdlNode
from rtmdl_ros.node.parameter_files import files_for_others, with_file
from rtmdl_ros.node.ros_arguments import init_ros
from rtmdl_ros.node.signals import flagged, on_signal
from rtmdl_ros.workload.errors import encodable, one_line
from rtmdl_ros.workload.parameter_rules import ParameterError

_SPIN_S = 0.2
_DESCRIPTION = 'Run perception tasks on camera images, in time. All it takes are ROS arguments.'


class _RosLog(logging.Handler):
    """Hands what the ROS-free rooms log to the node's logger."""

    def __init__(self, node: RtmdlNode) -> None:
        super().__init__(logging.INFO)
        self._logger = node.get_logger()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._log(record.levelno, encodable(self.format(record)))
        except Exception:  # whoever logs is not to blame, and has jobs to run
            self.handleError(record)

    def _log(self, level: int, text: str) -> None:
        if level >= logging.ERROR:
            self._logger.error(text)
        elif level >= logging.WARNING:
            self._logger.warning(text)
        else:
            self._logger.info(text)


def run(args: Sequence[str] | None) -> int:
    """Run the node until SIGINT or SIGTERM; returns 0, or 2 for a wrong parameter.

    Raises SystemExit as `init_ros` does.
    """
    arguments = init_ros(args, 'rtmdl_node', _DESCRIPTION)
    # A CPU worker is one thread; OpenCV's own threads would take the lanes' cores.
    cv2.setNumThreads(1)
    stop = threading.Event()
    # An exception thrown into a callback could leave the scheduler in the middle of a step.
    flagged(stop)
    try:
        return _run(stop, arguments)
    finally:
        rclpy.try_shutdown()


def _interrupt_loading(node: RtmdlNode, stop: threading.Event) -> None:
    """Let signals break off what takes long and has nothing running: measuring, loading."""

    def interrupt(number: int, frame: object) -> None:
        stop.set()
        if node.interruptible:
            raise KeyboardInterrupt

    on_signal(interrupt)


def _run(stop: threading.Event, args: Sequence[str]) -> int:
    try:
        node = RtmdlNode()
    except (ParameterError, InvalidParameterTypeException) as error:
        print(f'rtmdl: {with_file(args, one_line(error))}', file=sys.stderr)
        return 2
    _interrupt_loading(node, stop)
    for line in files_for_others(args, node.get_fully_qualified_name()):
        node.get_logger().warning(line)
    package_log = logging.getLogger('rtmdl_ros')
    package_log.setLevel(logging.INFO)
    package_log.addHandler(_RosLog(node))
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    with suppress(KeyboardInterrupt):
        if node.autostart and not stop.is_set():
            node.start()
        try:
            while not stop.is_set():
                executor.spin_once(timeout_sec=_SPIN_S)
        except Exception:  # ExternalShutdownException, or whatever rclpy was just doing
            if rclpy.ok():
                raise
            print('rtmdl: ends, as a task has called rclpy.shutdown()', file=sys.stderr)
    node.close()
    executor.shutdown()
    node.destroy_node()
    return 0
