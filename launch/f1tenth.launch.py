# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""An example: a whole F1/10 car, that is f1tenth_stack's bringup, a camera driver and the node.

ros2 launch rtmdl_ros f1tenth.launch.py camera:=realsense
ros2 launch rtmdl_ros f1tenth.launch.py camera:=zed zed_model:=zed2i
ros2 launch rtmdl_ros f1tenth.launch.py camera:=usb_cam start_camera:=false

Copy it into a package of your own for other cameras. The driver gets the Fast DDS profile, too;
one that is started elsewhere needs it (config/fastdds.xml).
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    GroupAction,
    IncludeLaunchDescription,
    OpaqueFunction,
    ResetLaunchConfigurations,
)
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, PythonExpression
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

#: Where the drivers publish colour images by default. The ZED's is that of its wrapper from 5.1 on;
#: earlier ones say /zed/zed_node/rgb/image_rect_color.
TOPICS = {
    'realsense': '/camera/camera/color/image_raw',
    'zed': '/zed/zed_node/rgb/color/rect/image',
    'usb_cam': '/image_raw',
}


def switch(name: str, description: str) -> DeclareLaunchArgument:
    """Return an argument that is true unless said otherwise."""
    return DeclareLaunchArgument(
        name, default_value='true', choices=['true', 'false'], description=description
    )


CAMERA = LaunchConfiguration('camera')

ARGUMENTS = [
    DeclareLaunchArgument(
        'camera', default_value='realsense', choices=list(TOPICS), description='Camera of the car.'
    ),
    DeclareLaunchArgument(
        'image_topic',
        default_value=PythonExpression([f"{TOPICS}['", CAMERA, "']"]),
        description='Topic of its driver.',
    ),
    switch('start_camera', 'Start its driver; false: it runs already.'),
    DeclareLaunchArgument(
        'zed_model', default_value='zed2', description='Model that the driver of a ZED asks for.'
    ),
    switch('bringup', 'Start f1tenth_stack (motor, joystick, lidar, mux); false: it runs already.'),
]


def included(package: str, file: str, **options: object) -> IncludeLaunchDescription:
    """Return a launch file of a package."""
    return IncludeLaunchDescription(
        PathJoinSubstitution([FindPackageShare(package), 'launch', file]), **options
    )


def checked(context: LaunchContext) -> None:
    """Raise ValueError for a parameter file that is none, before the bringup is started.

    The node's file says so after that, and launch would leave the car's drivers running.
    """
    params_file = context.launch_configurations.get('params_file')
    if params_file is not None and not Path(params_file).is_file():
        raise ValueError(f'params_file:={params_file} is no file; give its full path')


def driver(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return the driver of the camera as its package starts it."""
    camera = CAMERA.perform(context)
    if camera == 'usb_cam':
        return [Node(package='usb_cam', executable='usb_cam_node_exe', output='screen')]
    if camera == 'zed':
        model = LaunchConfiguration('zed_model').perform(context)
        file = included(
            'zed_wrapper', 'zed_camera.launch.py', launch_arguments=[('camera_model', model)]
        )
    else:
        file = included('realsense2_camera', 'rs_launch.py')
    # Drivers have arguments of the same names as ours, so they must not see ours.
    return [GroupAction([ResetLaunchConfigurations(), file])]


def generate_launch_description() -> LaunchDescription:
    """Return the car; the node's file sets the Fast DDS profile, so the driver comes after it."""
    bringup = included(
        'f1tenth_stack',
        'bringup_launch.py',
        condition=IfCondition(LaunchConfiguration('bringup')),
    )
    node = included('rtmdl_ros', 'rtmdl.launch.py')
    camera = OpaqueFunction(
        function=driver, condition=IfCondition(LaunchConfiguration('start_camera'))
    )
    check = OpaqueFunction(function=checked)
    return LaunchDescription([*ARGUMENTS, check, bringup, node, camera])
