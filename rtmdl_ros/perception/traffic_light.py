# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Traffic lights: boxes with the state red, yellow, green or off."""

from collections.abc import Sequence

from rtmdl_ros.perception.detector import DetectorStages
from rtmdl_ros.perception.pipeline import Model, PipelineStage, Work
from rtmdl_ros.workload.records import Resource


class TrafficLightPipeline:
    """preprocess (CPU), detect (accelerator, a stage for each segment), decode (CPU)."""

    def __init__(self, detector: Model) -> None:
        """Take a detector whose classes are the states."""
        self._detector = DetectorStages(detector)
        self.variant = detector.variant.id
        self.calibrated_threshold = detector.variant.score_threshold
        self.score_threshold = self.calibrated_threshold
        self.stages: Sequence[PipelineStage] = (
            *self._detector.stages,
            PipelineStage('decode', Resource.CPU, self._decode),
        )

    def _decode(self, work: Work) -> bool:
        work.detections = self._detector.decode(work, self.score_threshold)
        return True
