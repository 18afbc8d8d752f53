# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Starts the node beside a camera driver. The other launch files include this one.

ros2 launch rtmdl_ros rtmdl.launch.py image_topic:=/camera/camera/color/image_raw
ros2 launch rtmdl_ros rtmdl.launch.py camera_name:=left,right image_topic:=/left/image,/right/image
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import EnvironmentVariable, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

CONFIG = PathJoinSubstitution([FindPackageShare('rtmdl_ros'), 'config'])
AS_IN_FILE = ['', 'true', 'false']

ARGUMENTS = [
    DeclareLaunchArgument(
        'image_topic',
        default_value='/image_raw',
        description='Topic of the camera driver; of several cameras, with commas between, in the '
        'order of camera_name.',
    ),
    DeclareLaunchArgument(
        'transport',
        default_value='',
        choices=['', 'raw', 'compressed'],
        description='compressed: the images are read from <image_topic>/compressed; empty: as in '
        'params_file, where the default is raw.',
    ),
    DeclareLaunchArgument(
        'camera_name',
        default_value='front',
        description='Name that the parameter file gives to the camera on image_topic; several '
        'with commas between.',
    ),
    DeclareLaunchArgument(
        'params_file',
        default_value=PathJoinSubstitution([CONFIG, 'rtmdl.param.yaml']),
        description='Parameter file (YAML); the default one lists and explains all parameters.',
    ),
    DeclareLaunchArgument('namespace', default_value='', description='Namespace of the node.'),
    DeclareLaunchArgument(
        'use_sim_time',
        default_value='',
        choices=AS_IN_FILE,
        description='true: take the time from /clock (ros2 bag play --clock); empty: as in '
        'params_file, where the default is false.',
    ),
    DeclareLaunchArgument(
        'autostart',
        default_value='',
        choices=AS_IN_FILE,
        description='false: wait for a lifecycle manager; empty: as in params_file.',
    ),
    DeclareLaunchArgument(
        'log_level',
        default_value='info',
        choices=['debug', 'info', 'warn', 'error', 'fatal'],
        description='Least severity of messages in the log.',
    ),
]
ARGUMENT_NAMES = [argument.name for argument in ARGUMENTS]


def node(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return the node; needs values, for empty arguments must not override the parameter file."""
    values = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENT_NAMES}
    names = [name.strip() for name in values['camera_name'].split(',')]
    topics = [topic.strip() for topic in values['image_topic'].split(',')]
    if len(names) != len(topics):
        raise ValueError(
            f'camera_name has {len(names)} entries ({", ".join(names)}), image_topic {len(topics)} '
            f'({", ".join(topics)}); give each camera a topic'
        )
    # launch would only warn, and the node would drive with defaults.
    if not Path(values['params_file']).is_file():
        raise ValueError(f'params_file:={values["params_file"]} is no file; give its full path')
    overrides: dict[str, bool | str] = {
        name: values[name] == 'true' for name in ('use_sim_time', 'autostart') if values[name]
    }
    if values['transport']:
        overrides |= {f'{name}.transport': values['transport'] for name in names}
    return [
        Node(
            package='rtmdl_ros',
            executable='rtmdl_node',
            name='rtmdl',
            namespace=values['namespace'],
            parameters=[values['params_file'], overrides],
            remappings=[
                (f'~/input/{name}/image{suffix}', f'{topic}{suffix}')
                for name, topic in zip(names, topics, strict=True)
                for suffix in ('', '/compressed')
            ],
            arguments=['--ros-args', '--log-level', values['log_level']],
            output='screen',
        )
    ]


def generate_launch_description() -> LaunchDescription:
    """Return arguments, environment and node."""
    profile = PathJoinSubstitution([CONFIG, 'fastdds.xml'])
    # The names of one setting in Fast DDS 2 and 3; a profile of the user's own stays.
    environment = [
        SetEnvironmentVariable(name, EnvironmentVariable(name, default_value=profile))
        for name in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
    ]
    # Lines of several processes would otherwise run into each other.
    environment.append(SetEnvironmentVariable('RCUTILS_LOGGING_BUFFERED_STREAM', '1'))
    return LaunchDescription([*ARGUMENTS, *environment, OpaqueFunction(function=node)])
