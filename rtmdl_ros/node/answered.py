# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a task found in a frame, for those who only look on."""

from dataclasses import dataclass

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.workload.detection import Detection


@dataclass(frozen=True)
class Answered:
    """The result of one job that finished, already published."""

    task: str
    variant: str
    frame: Frame
    detections: tuple[Detection, ...]
