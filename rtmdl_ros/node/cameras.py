# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All cameras of the node, each subscribed to only while an enabled task looks at it."""

import functools
import time
from collections.abc import Callable, Mapping

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from rtmdl_ros.node.camera_health import CameraProblem, end_of
from rtmdl_ros.node.camera_input import CameraInput
from rtmdl_ros.node.diagnostics import camera_status
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.workload.configuration import Configuration

#: A camera that comes and goes is told of once, not every second.
_WELL_S = 2.0


class Cameras:
    """Opens and closes the cameras, and tells of what is wrong with them."""

    def __init__(
        self,
        node: Node,
        configuration: Configuration,
        on_frame: Callable[[str, Frame], None],
    ) -> None:
        """Begin with all closed; `on_frame` gets each frame with the name of its camera."""
        self._node = node
        self._cameras = [
            CameraInput(
                node,
                name,
                parameters,
                timeout_s=configuration.node.camera_timeout_s,
                window_s=configuration.node.window_s,
                on_frame=functools.partial(on_frame, name),
            )
            for name, parameters in configuration.cameras.items()
        ]
        #: What was told last of each, and since when it has had no problem, in seconds.
        self._problems: dict[str, CameraProblem | None] = dict.fromkeys(configuration.cameras)
        self._well_since_s: dict[str, float] = {}

    def look_at(self, periods_ms: Mapping[str, Mapping[str, float]]) -> None:
        """Subscribe to these cameras and to no other. Raises what rclpy raises there.

        `periods_ms` has, by camera and task that looks at it, the time between frames in ms that
        is planned with.
        """
        for camera in self._cameras:
            camera.periods_ms = periods_ms.get(camera.name, {})
            if camera.periods_ms:
                camera.open()
            else:
                camera.close()

    def statuses(self) -> list[DiagnosticStatus]:
        """Return one status a camera."""
        name = self._node.get_name()
        return [camera_status(name, camera.name, camera.health()) for camera in self._cameras]

    def tell_problems(self) -> bool:
        """Log what has become wrong or right with a camera; returns whether anything has."""
        news = False
        for camera in self._cameras:
            health = camera.health()
            if health.subscribed and not self._is_lasting(camera.name, health.problem):
                continue
            if health.problem is self._problems[camera.name]:
                continue
            news = True
            before, self._problems[camera.name] = self._problems[camera.name], health.problem
            if health.problem is not None:
                self._node.get_logger().warning(f'camera {camera.name}: {health.advice}')
            elif health.subscribed:
                self._node.get_logger().info(f'camera {camera.name}: {end_of(before)}')
        return news

    def _is_lasting(self, name: str, problem: CameraProblem | None) -> bool:
        """Tell whether a state is worth telling: a problem at once, its end some seconds later."""
        if problem is not None:
            self._well_since_s.pop(name, None)
            return True
        now_s = time.monotonic()
        return now_s - self._well_since_s.setdefault(name, now_s) >= _WELL_S
