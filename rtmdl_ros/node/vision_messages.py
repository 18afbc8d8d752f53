# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Detections in the form that other packages expect, where vision_msgs is installed."""

from collections.abc import Sequence
from typing import Any

from rtmdl_ros.node.ros_compat import Detection2D, Detection2DArray, ObjectHypothesisWithPose
from rtmdl_ros.workload.detection import Detection


def detection_2d_array(header: object, detections: Sequence[Detection]) -> Any:
    """Return a vision_msgs/Detection2DArray with the frame's own header; lengths in pixels.

    class_id is the name of the class. The poses are left empty: nothing is known of the depth.
    """
    return Detection2DArray(
        header=header, detections=[_detection_2d(header, each) for each in detections]
    )


def _detection_2d(header: object, detection: Detection) -> Any:
    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id = detection.class_name
    result.hypothesis.score = detection.score
    box, message = detection.box, Detection2D(header=header, results=[result])
    message.bbox.center.position.x, message.bbox.center.position.y = box.centre
    message.bbox.size_x = box.width
    message.bbox.size_y = box.height
    return message
