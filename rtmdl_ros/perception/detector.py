# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The stages that every task with a detector begins with."""

import numpy as np

from rtmdl_ros.networks.decode import decode
from rtmdl_ros.networks.letterbox import Letterbox
from rtmdl_ros.perception.pipeline import Model, Work
from rtmdl_ros.workload.detection import Detection


class DetectorStages:
    """Letterboxes a frame, runs the detector, reads its maps."""

    def __init__(self, model: Model) -> None:
        """Take a network of kind detector."""
        self._model = model
        self._letterbox = Letterbox(model.variant.input_height, model.variant.input_width)

    def warm_up(self) -> None:
        """Run the detector once on an empty input."""
        variant = self._model.variant
        self._model.runner.run(
            np.zeros((1, variant.input_height, variant.input_width, 3), np.uint8)
        )

    def preprocess(self, work: Work) -> bool:
        """Make the network's input from the frame's pixels. Raises what decoding them raises."""
        batch, work.scale = self._letterbox.apply(work.frame.image())
        work.batch = batch[None]
        return False

    def detect(self, work: Work) -> bool:
        """Compute score and box maps."""
        assert work.batch is not None
        work.outputs = self._model.runner.run(work.batch)
        return False

    def decode(self, work: Work, score_threshold: float) -> tuple[Detection, ...]:
        """Return what the maps hold, in pixels of the frame, most certain first."""
        scores, boxes = work.outputs
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
