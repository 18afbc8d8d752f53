# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Traffic signs: boxes with the name of the sign, found by one network and named by another."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from rtmdl_ros.perception.detector import DetectorStages
from rtmdl_ros.perception.frame import Image
from rtmdl_ros.perception.pipeline import Model, PipelineStage, Work, network_stages
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Resource

#: Most signs named in one job, the most certain ones: bounds the time of the recogniser.
MAX_SIGNS = 8
#: GTSRB crops show about a tenth of the sign's size around it on every side.
BORDER = 0.1


class TrafficSignPipeline:
    """preprocess (CPU), detect (accelerator), crop (CPU), recognise (accelerator), name (CPU).

    detect and recognise are a stage for each segment of their networks. A frame without a sign is
    complete after crop.
    """

    def __init__(self, detector: Model, recogniser: Model) -> None:
        """Take a detector of sign families and a classifier of signs."""
        self._detector = DetectorStages(detector)
        self._recogniser = recogniser
        self.variant = f'{detector.variant.id}+{recogniser.variant.id}'
        self.calibrated_threshold = detector.variant.score_threshold
        self.score_threshold = self.calibrated_threshold
        self.stages: Sequence[PipelineStage] = (
            *self._detector.stages,
            PipelineStage('crop', Resource.CPU, self._crop),
            *network_stages('recognise', recogniser),
            PipelineStage('name', Resource.CPU, self._name),
        )

    def _crop(self, work: Work) -> bool:
        found = self._detector.decode(work, self.score_threshold)[:MAX_SIGNS]
        work.detections = found
        if not found:
            return True
        variant = self._recogniser.variant
        image = work.frame.image()
        crops = [
            sign_crop(image, sign.box, variant.input_height, variant.input_width) for sign in found
        ]
        work.tensors = self._recogniser.runner.start(np.stack(crops))
        return False

    def _name(self, work: Work) -> bool:
        (probabilities,) = self._recogniser.runner.outputs(work.tensors)
        variant = self._recogniser.variant
        named = []
        for sign, row in zip(work.detections, probabilities, strict=True):
            best = int(row.argmax())
            if row[best] >= variant.score_threshold:
                score = sign.score * float(row[best])
                named.append(Detection(variant.classes[best], score, sign.box))
        work.detections = tuple(named)
        return True


def sign_crop(image: Image, box: Box, height: int, width: int) -> Image:
    """Cut a sign with its border out of a BGR image, resized to (height, width, 3).

    The crop is a square around the box, as far as the image reaches.
    """
    image_height, image_width = image.shape[:2]
    half = max(box.width, box.height) * (0.5 + BORDER)
    x, y = box.centre
    left = min(max(0, math.floor(x - half)), image_width - 1)
    top = min(max(0, math.floor(y - half)), image_height - 1)
    right = max(left + 1, min(image_width, math.ceil(x + half)))
    bottom = max(top + 1, min(image_height, math.ceil(y + half)))
    return fitted(image[top:bottom, left:right], height, width)


def fitted(crop: Image, height: int, width: int) -> Image:
    """Return a crop resized to (height, width, 3), for the node, training and evaluation alike."""
    how = cv2.INTER_AREA if crop.shape[0] > height else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, height), interpolation=how), np.uint8)
