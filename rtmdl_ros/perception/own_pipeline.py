# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task of one's own as a chain of stages, in which nothing is believed that it returns."""

import math
from collections.abc import Sequence

from rtmdl_ros.perception.own_network import OwnNetwork, name_of, network_input
from rtmdl_ros.perception.pipeline import Model, PipelineStage, Work, network_stages
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.records import Resource


class OwnPipeline:
    """preprocess (CPU), network (accelerator, a stage for each segment), postprocess (CPU)."""

    def __init__(self, model: Model) -> None:
        """Take an OwnNetwork."""
        assert isinstance(model.variant, OwnNetwork)
        self._model = model
        self._task = model.variant.task
        self._place = f'{name_of(type(self._task))}.postprocess'
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
            raise TaskError(f'{self._place} raised {in_one_line(error)}') from error
        checked = (self._checked(each) for each in found)
        work.detections = tuple(
            sorted((d for d in checked if d.score >= threshold), key=lambda d: -d.score)
        )
        return True

    def _checked(self, found: object) -> Detection:
        """Return a detection in Python's own numbers, as messages want them."""
        if not isinstance(found, Detection) or not isinstance(found.box, Box):
            raise TaskError(f'{self._place} returned {found!r}; return Detections with a Box')
        if found.class_name not in self._model.variant.classes:
            raise TaskError(
                f'{self._place} returned class {found.class_name!r}, which is not in classes; '
                'add it there'
            )
        box = found.box
        try:
            numbers = [float(n) for n in (box.x_min, box.y_min, box.x_max, box.y_max)]
            score = float(found.score)
        except (TypeError, ValueError) as error:
            raise TaskError(f'{self._place} returned {found!r}; give plain numbers') from error
        box = Box(*numbers)
        finite = all(map(math.isfinite, numbers))
        if not (finite and box.width > 0 and box.height > 0 and 0.0 <= score <= 1.0):
            raise TaskError(
                f'{self._place} returned {found!r}; give a box of finite pixels, from its least to '
                'its largest x and y, and a score from 0 to 1'
            )
        return Detection(found.class_name, score, box)
