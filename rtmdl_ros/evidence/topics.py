# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The topics that rtmdl writes into bags: results of a replay, and the simulated camera's."""

import re

DEADLINE_MISSES = '/rtmdl/deadline_misses'
STATUS = '/rtmdl/status'
IMAGE = '/camera_sim/image'
COMPRESSED_IMAGE = '/camera_sim/image/compressed'


def detections_topic(task: str) -> str:
    """Return the topic of a task's detections."""
    return f'/rtmdl/{task}/detections'


def truth_topic(task: str) -> str:
    """Return the topic of what is really in the images for a task."""
    return f'/camera_sim/truth/{task}'


_ANY = '[^/]+'
_OURS = re.compile(
    '|'.join((
        detections_topic(_ANY), DEADLINE_MISSES, STATUS, IMAGE, COMPRESSED_IMAGE, truth_topic(_ANY)
    ))
)  # fmt: skip


def is_ours(topic: str) -> bool:
    """Tell whether rtmdl writes a topic; those of cameras under /rtmdl users record themselves."""
    return _OURS.fullmatch(topic) is not None
