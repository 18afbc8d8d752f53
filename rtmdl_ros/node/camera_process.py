# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Life of the process of a camera node."""

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic

import cv2
import rclpy
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from rtmdl_ros.node.ros_arguments import init_ros
from rtmdl_ros.node.ros_parameters import declare_record
from rtmdl_ros.node.signals import flagged
from rtmdl_ros.workload.errors import BadInputError, one_line
from rtmdl_ros.workload.parameter_rules import ParameterError, Record

_SPIN_S = 0.2


class CameraNode(Node, ABC, Generic[Record]):
    """A node that publishes by itself, in the thread that calls `run`."""

    def __init__(self, name: str, record: type[Record], **options: Any) -> None:
        """Declare the parameters of a record; `options` go to rclpy's node.

        Raises ParameterError for one that cannot be used.
        """
        super().__init__(name, **options)
        try:
            self.parameters: Record = declare_record(self, record, self.overrides())
        except ParameterError:
            self.destroy_node()
            raise

    def overrides(self) -> Mapping[str, Parameter]:
        """Return the parameters that the node was started with."""
        return dict(self._parameter_overrides)

    @abstractmethod
    def run(self, stop: threading.Event) -> object:
        """Publish until `stop` is set or nothing is left."""


def run_camera(make: Callable[[], CameraNode[Any]], args: Sequence[str] | None) -> int:
    """Run a camera until its end, SIGINT or SIGTERM.

    Returns 0, 1 where it could not go on (BadInputError of `run`), 2 for a wrong parameter
    (ParameterError of `make`). Raises SystemExit as `init_ros` does.
    """
    program = Path(sys.argv[0]).stem
    init_ros(args, program, 'Publish images. All it takes are ROS arguments.')
    stop = threading.Event()
    flagged(stop)
    # Frames are prepared in a thread already; OpenCV's own would take the cores from the node
    # under test.
    cv2.setNumThreads(1)
    try:
        camera = make()
        with _Services(camera):
            camera.run(stop)
    except (ParameterError, InvalidParameterTypeException, BadInputError) as error:
        print(f'{program}: {one_line(error)}', file=sys.stderr)
        return 1 if isinstance(error, BadInputError) else 2
    finally:
        rclpy.shutdown()
    return 0


class _Services:
    """Answers the node's parameter services in a thread while frames are published."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._spin, name='services', daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._node.destroy_node()

    def _spin(self) -> None:
        executor = SingleThreadedExecutor(context=self._node.context)
        executor.add_node(self._node)
        try:
            while not self._stop.is_set():
                executor.spin_once(timeout_sec=_SPIN_S)
        except ExternalShutdownException:
            pass
        executor.shutdown()
