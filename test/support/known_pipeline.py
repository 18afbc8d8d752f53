# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A pipeline whose stages take known times."""

import time

import numpy as np

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import PipelineStage
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Resource

MS = 1_000_000
FRAME = Frame(lambda: np.zeros((2, 2, 3), np.uint8), 0, None)


def compute(milliseconds):
    """Use up processor time."""
    end_ns = time.thread_time_ns() + round(milliseconds * MS)
    while time.thread_time_ns() < end_ns:
        pass


class KnownPipeline:
    """net (accelerator), find (CPU), name (accelerator): as many objects as have the scores."""

    variant = 'known'
    calibrated_threshold = 0.5

    def __init__(self, scores):
        self.score_threshold = self.calibrated_threshold
        self.named = []
        self._scores = scores
        self.stages = (
            PipelineStage('net', Resource.ACCELERATOR, self._net, 'n/small'),
            PipelineStage('find', Resource.CPU, self._find),
            PipelineStage('name', Resource.ACCELERATOR, self._name, 'm/small'),
        )

    def _net(self, work):
        compute(2)
        work.tensors = {'scores': self._scores}
        return False

    def _find(self, work):
        found = [s for s in work.tensors['scores'] if s >= self.score_threshold]
        work.detections = tuple(Detection('x', s, Box(0, 0, 1, 1)) for s in found)
        return not found

    def _name(self, work):
        self.named.append(len(work.detections))
        compute(0.5 * len(work.detections))
        return True


#: Seven that are certain to some degree, and two hundred that are not.
SCORES = [0.04 * 0.8**n for n in range(12)] + [1e-3] * 200
