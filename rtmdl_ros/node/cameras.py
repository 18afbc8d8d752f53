# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All cameras of the node, each subscribed to only while an enabled task looks at it."""

import functools
from collections.abc import Callable, Collection

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from rtmdl_ros.node.camera_input import CameraInput, CameraProblem
from rtmdl_ros.node.diagnostics import camera_status
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.workload.configuration import Configuration


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
                transport=parameters.transport,
                timeout_s=configuration.node.camera_timeout_s,
                window_s=configuration.node.window_s,
                on_frame=functools.partial(on_frame, name),
            )
            for name, parameters in configuration.cameras.items()
        ]
        self._problems: dict[str, CameraProblem | None] = dict.fromkeys(configuration.cameras)

    def look_at(self, names: Collection[str]) -> None:
        """Subscribe to these cameras and to no other. Raises what rclpy raises there."""
        for camera in self._cameras:
            if camera.name in names:
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
            if health.problem is self._problems[camera.name]:
                continue
            news = True
            self._problems[camera.name] = health.problem
            if health.problem is not None:
                self._node.get_logger().warning(f'camera {camera.name}: {health.advice}')
            elif health.subscribed:
                self._node.get_logger().info(f'camera {camera.name}: well again')
        return news
