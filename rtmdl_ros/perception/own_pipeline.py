# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task of one's own as a chain of stages, in which nothing is believed that it returns."""

import logging
import math
from collections.abc import Sequence
from dataclasses import replace

from rtmdl_ros.perception.own_errors import raised_by
from rtmdl_ros.perception.own_network import OwnNetwork, name_of, network_input
from rtmdl_ros.perception.pipeline import Model, PipelineStage, Work, network_stages
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.workload.detection import Box, Detection, shared_box
from rtmdl_ros.workload.errors import shortened
from rtmdl_ros.workload.records import Resource

_LOGGER = logging.getLogger(__name__)
#: Wider or higher than so many images, a box is hardly in pixels of the image.
_MOST_IMAGES = 2


class OwnPipeline:
    """preprocess (CPU), network (accelerator, a stage for each segment), postprocess (CPU)."""

    def __init__(self, model: Model) -> None:
        """Take an OwnNetwork."""
        assert isinstance(model.variant, OwnNetwork)
        self._model = model
        self._task = model.variant.task
        self._place = f'{name_of(type(self._task))}.postprocess'
        self._told = False
        self.variant = model.variant.id
        self.calibrated_threshold = model.variant.score_threshold
        self.score_threshold = self.calibrated_threshold
        self.stages: Sequence[PipelineStage] = (
            PipelineStage('preprocess', Resource.CPU, self._preprocess),
            *network_stages('network', model),
            PipelineStage('postprocess', Resource.CPU, self._postprocess),
        )

    def _preprocess(self, work: Work) -> bool:
        work.tensors = self._model.runner.start(network_input(self._task, work.frame.image()))
        return False

    def _postprocess(self, work: Work) -> bool:
        outputs = self._model.runner.outputs(work.tensors)
        image = work.frame.image().view()
        image.flags.writeable = False
        threshold = self.score_threshold
        try:
            found = list(self._task.postprocess(outputs, image, threshold))
        except (Exception, SystemExit) as error:
            shapes = ', '.join(str(output.shape) for output in outputs)
            raise raised_by(self._task, self._place, error, f'for outputs {shapes}') from error
        checked = (self._checked(each) for each in found)
        # Whatever does not count may be anywhere.
        likely = (d for d in checked if d.score >= threshold)
        height, width = image.shape[:2]
        seen = filter(None, (self._seen(d, width, height) for d in likely))
        work.detections = tuple(sorted(seen, key=lambda d: -d.score))
        return True

    def _checked(self, found: object) -> Detection:
        """Return a detection in Python's own numbers, as messages want them."""
        returned = f'{self._place} returned'
        if not isinstance(found, Detection) or not isinstance(found.box, Box):
            raise TaskError(f'{returned} {shortened(found)}; return Detections with a Box')
        classes = self._model.variant.classes
        if not (isinstance(found.class_name, str) and found.class_name in classes):
            raise TaskError(
                f'{returned} class {shortened(found.class_name)}, which is not in classes; add it '
                'there'
            )
        box = found.box
        try:
            numbers = [float(n) for n in (box.x_min, box.y_min, box.x_max, box.y_max)]
            score = float(found.score)
        except (OverflowError, TypeError, ValueError) as error:
            raise TaskError(f'{returned} {shortened(found)}; give plain numbers') from error
        if not 0.0 <= score <= 1.0:
            raise TaskError(f'{returned} {shortened(found)}; give a score from 0 to 1')
        return Detection(found.class_name, score, Box(*numbers))

    def _seen(self, found: Detection, width: int, height: int) -> Detection | None:
        """Return the part of a detection that is in the image; None where there is none."""
        box = found.box
        edges = (box.x_min, box.y_min, box.x_max, box.y_max)
        if not (all(map(math.isfinite, edges)) and box.width >= 0 and box.height >= 0):
            raise TaskError(
                f'{self._place} returned {shortened(found)}; give a box of finite pixels, from its '
                'least to its largest x and y'
            )
        part = shared_box(box, Box(0.0, 0.0, float(width), float(height)))
        outside = part.area == 0.0 < box.area
        if outside or box.width > _MOST_IMAGES * width or box.height > _MOST_IMAGES * height:
            self._tell(found, width, height)
        return replace(found, box=part) if part.area else None

    def _tell(self, found: Detection, width: int, height: int) -> None:
        if not self._told:
            self._told = True
            _LOGGER.warning(
                '%s returned %r for an image of %dx%d: boxes are cut to the image; give them in '
                'its pixels (told once)',
                self._place, found, width, height,
            )  # fmt: skip
