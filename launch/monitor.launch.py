# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Shows a running node: rqt with its plots, a tree of its diagnostics, Foxglove if asked for.

ros2 launch rtmdl_ros monitor.launch.py
ros2 launch rtmdl_ros monitor.launch.py rqt:=false foxglove:=true

Better on a laptop than on the car. What is not installed is named and left out.
"""

import os

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

CONFIG = PathJoinSubstitution([FindPackageShare('rtmdl_ros'), 'config'])


def switch(name: str, default: str, description: str) -> DeclareLaunchArgument:
    """Return an argument that switches a tool on or off."""
    return DeclareLaunchArgument(
        name, default_value=default, choices=['true', 'false'], description=description
    )


ARGUMENTS = [
    switch('rqt', 'true', 'Show pictures, plots and the tree of diagnostics in rqt.'),
    switch('aggregator', 'true', 'Collect /diagnostics into the tree on /diagnostics_agg.'),
    switch('robot_monitor', 'false', 'Show that tree in a window of its own; rqt has it, too.'),
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
        'rqt': Node(
            package='rqt_gui',
            executable='rqt_gui',
            arguments=['--perspective-file', values['perspective_file']],
        ),
        'aggregator': Node(
            package='diagnostic_aggregator',
            executable='aggregator_node',
            parameters=[values['diagnostics_file']],
            output='screen',
        ),
        'robot_monitor': Node(package='rqt_robot_monitor', executable='rqt_robot_monitor'),
        'foxglove': Node(
            package='foxglove_bridge',
            executable='foxglove_bridge',
            parameters=[{'port': int(values['foxglove_port'])}],
            output='screen',
        ),
    }
    return [if_installed(node) for name, node in nodes.items() if values[name] == 'true']


def if_installed(node: Node) -> LaunchDescriptionEntity:
    """Return a node, or a line that says how to install its package."""
    try:
        get_package_prefix(node.node_package)
    except PackageNotFoundError:
        # Without the common plugins rqt is an empty window.
        package = 'rqt_common_plugins' if node.node_package == 'rqt_gui' else node.node_package
        debian_package = f'ros-{os.environ.get("ROS_DISTRO")}-{package.replace("_", "-")}'
        return LogInfo(
            msg=f'{node.node_package} is not installed and left out; to install it: sudo apt '
            f'install {debian_package}'
        )
    return node


def generate_launch_description() -> LaunchDescription:
    """Return arguments and tools."""
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=tools)])
