# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Shows a running node: rqt with frames and plots, a tree of its diagnostics, Foxglove.

ros2 launch rtmdl_ros monitor.launch.py
ros2 launch rtmdl_ros monitor.launch.py rqt:=false foxglove:=true

Better on a laptop than on the car. What is not installed is named and left out.
"""

import os
import tempfile
from pathlib import Path

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from rtmdl_ros.node.perspective import packages_of, without

CONFIG = PathJoinSubstitution([FindPackageShare('rtmdl_ros'), 'config'])


def switch(name: str, default: str, description: str) -> DeclareLaunchArgument:
    """Return an argument that switches a tool on or off."""
    return DeclareLaunchArgument(
        name, default_value=default, choices=['true', 'false'], description=description
    )


ARGUMENTS = [
    switch('rqt', 'true', 'Show frames and plots in rqt.'),
    switch('aggregator', 'true', 'Collect /diagnostics into the tree on /diagnostics_agg.'),
    switch('robot_monitor', 'true', 'Show that tree in a window of its own.'),
    switch('foxglove', 'false', 'Serve all topics to Foxglove (layout: config/foxglove.json).'),
    DeclareLaunchArgument(
        'perspective_file',
        default_value=PathJoinSubstitution([CONFIG, 'rtmdl.perspective']),
        description='What rqt shows.',
    ),
    DeclareLaunchArgument(
        'diagnostics_file',
        default_value=PathJoinSubstitution([CONFIG, 'diagnostics.yaml']),
        description='Parameter file (YAML) of the aggregator.',
    ),
    DeclareLaunchArgument(
        'foxglove_port', default_value='8765', description='Port that Foxglove connects to.'
    ),
]


def tools(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return the tools asked for, and a line for each that is not installed."""
    values = {
        argument.name: LaunchConfiguration(argument.name).perform(context)
        for argument in ARGUMENTS
    }
    nodes = {
        # A window of its own: in that of rqt it takes nine of ten messages from the plots, because
        # it spins the node of all plugins (https://github.com/ros2/rclpy/issues/1445).
        'robot_monitor': Node(package='rqt_robot_monitor', executable='rqt_robot_monitor'),
        'aggregator': Node(
            package='diagnostic_aggregator',
            executable='aggregator_node',
            parameters=[values['diagnostics_file']],
            output='screen',
        ),
        'foxglove': Node(
            package='foxglove_bridge',
            executable='foxglove_bridge',
            parameters=[{'port': int(values['foxglove_port'])}],
            output='screen',
        ),
    }
    asked = [node for name, node in nodes.items() if values[name] == 'true']
    return [
        *(rqt(Path(values['perspective_file'])) if values['rqt'] == 'true' else []),
        *(node if installed(node.node_package) else left_out(node.node_package) for node in asked),
    ]


def rqt(perspective_file: Path) -> list[LaunchDescriptionEntity]:
    """Return rqt with the plugins that are installed, and a line for each other one."""
    if not installed('rqt_gui'):
        # Without the common plugins rqt is an empty window.
        return [left_out('rqt_gui', 'rqt_common_plugins')]
    try:
        perspective = perspective_file.read_text()
        missing = [package for package in packages_of(perspective) if not installed(package)]
    except (OSError, ValueError) as error:
        raise ValueError(f'perspective_file:={perspective_file} cannot be used: {error}') from error
    if missing:
        perspective_file = Path(tempfile.mkdtemp(prefix='rtmdl_')) / perspective_file.name
        perspective_file.write_text(without(perspective, missing))
    # rqt keeps a list of plugins, which lacks those that were installed after its last start.
    arguments = ['--force-discover', '--perspective-file', str(perspective_file)]
    return [
        Node(package='rqt_gui', executable='rqt_gui', arguments=arguments),
        *(left_out(package) for package in missing),
    ]


def installed(package: str) -> bool:
    """Return whether a ROS package is installed."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True


def left_out(package: str, to_install: str = '') -> LogInfo:
    """Return a line that says how to install what is missing."""
    distribution = os.environ.get('ROS_DISTRO', '$ROS_DISTRO')
    debian = f'ros-{distribution}-{(to_install or package).replace("_", "-")}'
    return LogInfo(
        msg=f'{package} is not installed and left out; to install it: sudo apt install {debian}'
    )


def generate_launch_description() -> LaunchDescription:
    """Return arguments and tools."""
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=tools)])
