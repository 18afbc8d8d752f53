# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The middleware's environment for processes of one machine, and what else runs there."""

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path

_SAMPLE_S = 0.3
#: Two names of one setting: Fast DDS 2 (Humble, Jazzy) and Fast DDS 3.
_PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def ros_environment(domain_id: int, profile: Path) -> dict[str, str]:
    """Return the variables that keep a run to this machine and make it deliver whole images."""
    from rtmdl_ros.node.ros_compat import LOCAL_ONLY

    profiles = {name: os.environ.get(name, str(profile)) for name in _PROFILES}
    return profiles | LOCAL_ONLY | {'ROS_DOMAIN_ID': str(domain_id)}


def fastdds_profile() -> Path:
    """Return the Fast DDS profile as installed with this package."""
    from ament_index_python.packages import get_package_share_directory

    return Path(get_package_share_directory('rtmdl_ros')) / 'config' / 'fastdds.xml'


def busy_cores() -> float:
    """Return how many cores the programs of this machine keep busy, measured for a moment."""
    before = _core_times()
    time.sleep(_SAMPLE_S)
    idle, total = (now - then for now, then in zip(_core_times(), before, strict=True))
    return (os.cpu_count() or 1) * (1.0 - idle / max(1, total))


def _core_times() -> tuple[int, int]:
    """Return idle and total time of all cores together since boot, in ticks (proc(5))."""
    with open('/proc/stat', encoding='utf-8') as file:
        times = [int(number) for number in file.readline().split()[1:9]]
    # Waiting for a disk is idle time too.
    return times[3] + times[4], sum(times)


def software() -> Mapping[str, str]:
    """Return versions of what the figures depend on."""
    import cv2
    import numpy
    import onnxruntime

    return {
        'system': platform.platform(),
        'python': platform.python_version(),
        'ros_distro': os.environ.get('ROS_DISTRO', 'jazzy (wheels)'),
        'onnxruntime': onnxruntime.__version__,
        'opencv': cv2.__version__,
        'numpy': numpy.__version__,
    }
