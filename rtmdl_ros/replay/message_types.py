# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The message types of bags: those of ROS 2 and our own, from msg/."""

from functools import cache
from pathlib import Path

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
HEADER = 'std_msgs/msg/Header'
TIME = 'builtin_interfaces/msg/Time'
DETECTION = 'rtmdl_ros/msg/Detection'
DETECTION_ARRAY = 'rtmdl_ros/msg/DetectionArray'
DEADLINE_MISS = 'rtmdl_ros/msg/DeadlineMiss'
TASK_STATUS = 'rtmdl_ros/msg/TaskStatus'
SCHEDULER_STATUS = 'rtmdl_ros/msg/SchedulerStatus'
_OWN = (DETECTION, DETECTION_ARRAY, DEADLINE_MISS, TASK_STATUS, SCHEDULER_STATUS)
#: Where the definitions lie, below a folder above this file: in the source tree, installed.
_FOLDERS = (Path('msg'), Path('share/rtmdl_ros/msg'))


@cache
def typestore() -> Typestore:
    """Return the types of ROS 2, the same in Humble and Jazzy, and our own.

    Raises FileNotFoundError where our definitions are not installed.
    """
    store = get_typestore(Stores.ROS2_HUMBLE)
    folder = _definitions()
    own = {}
    for name in _OWN:
        path = folder / f'{name.rpartition("/")[2]}.msg'
        own.update(get_types_from_msg(path.read_text(encoding='utf-8'), name))
    store.register(own)
    return store


def _definitions() -> Path:
    for parent in Path(__file__).resolve().parents:
        for folder in _FOLDERS:
            if (parent / folder / 'DetectionArray.msg').is_file():
                return parent / folder
    raise FileNotFoundError(
        'the message definitions of rtmdl_ros (share/rtmdl_ros/msg) are not installed; install '
        'the package anew'
    )
