# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Starts the node on the simulated camera, without any hardware.

ros2 launch rtmdl_ros demo.launch.py width:=1280 height:=720
"""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

CAMERA = {
    'seed': (int, '1', 'Number of the track; each has other signs, lights and turns.'),
    'width': (int, '640', 'Width of the images in pixels.'),
    'height': (int, '480', 'Height of the images in pixels.'),
    'rate_hz': (float, '30.0', 'Frames a second.'),
}


def generate_launch_description() -> LaunchDescription:
    """Return the node's launch file, which sets the environment too, and the simulated camera."""
    arguments = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, (_, default, description) in CAMERA.items()
    ]
    # The node's file declares it with another default.
    image_topic = DeclareLaunchArgument(
        'image_topic',
        default_value='camera_sim/image',
        description='Topic that the node reads; of several cameras, with commas between.',
    )
    node = IncludeLaunchDescription(
        PathJoinSubstitution([FindPackageShare('rtmdl_ros'), 'launch', 'rtmdl.launch.py'])
    )
    camera = Node(
        package='rtmdl_ros',
        executable='camera_sim',
        name='camera_sim',
        namespace=LaunchConfiguration('namespace'),
        parameters=[
            {
                name: ParameterValue(LaunchConfiguration(name), value_type=kind)
                for name, (kind, _, _) in CAMERA.items()
            }
        ],
        output='screen',
    )
    return LaunchDescription([*arguments, image_topic, node, camera])
