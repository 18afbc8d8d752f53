# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The stages that every task with a detector begins with."""

from rtmdl_ros.networks.decode import decode
from rtmdl_ros.networks.letterbox import Letterbox
from rtmdl_ros.perception.pipeline import Model, PipelineStage, Work, network_stages
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.records import Resource


class DetectorStages:
    """preprocess (CPU) letterboxes a frame, detect (accelerator) runs the detector.

    `decode` then reads its maps.
    """

    def __init__(self, model: Model) -> None:
        """Take a network of kind detector."""
        self._model = model
        self._letterbox = Letterbox(model.variant.input_height, model.variant.input_width)
        #: In the order of the chain; detect is a stage for each segment of the detector.
        self.stages = (
            PipelineStage('preprocess', Resource.CPU, self._preprocess),
            *network_stages('detect', model),
        )

    def decode(self, work: Work, score_threshold: float) -> tuple[Detection, ...]:
        """Return what the maps hold, in pixels of the frame, most certain first."""
        scores, boxes = self._model.runner.outputs(work.tensors)
        height, width = work.frame.image().shape[:2]
        return decode(
            scores,
            boxes,
            classes=self._model.variant.classes,
            score_threshold=score_threshold,
            scale=work.scale,
            image_height=height,
            image_width=width,
        )

    def _preprocess(self, work: Work) -> bool:
        image, work.scale = self._letterbox.apply(work.frame.image())
        work.tensors = self._model.runner.start(image[None])
        return False
