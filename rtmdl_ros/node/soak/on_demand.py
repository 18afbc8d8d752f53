# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task that misbehaves when a frame tells it to. The soak copies this file for the node to use.

The first pixel of a frame holds the demand: MARK, what to do, and for how many tenths of a second.
It imports nothing else of the soak, so that it can lie anywhere.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from numpy.typing import NDArray

from rtmdl_ros.perception.task import Box, Detection, NetworkVariant, PerceptionTask

MARK = 7
ONNX_FILE = 'on_demand.onnx'


class FrameDemand(IntEnum):
    """What a frame may ask for."""

    NOTHING = 0
    RAISE_BEFORE = 1
    SLEEP_BEFORE = 2
    RAISE_AFTER = 3
    SLEEP_AFTER = 4
    #: An input that the network refuses: the stage on the accelerator raises.
    WRONG_INPUT = 5
    #: Something else than detections.
    NONSENSE = 6
    #: As a task does that calls sys.exit.
    EXIT = 7


def demand_of(image: NDArray[Any]) -> tuple[FrameDemand, float]:
    """Return what a BGR image asks for, and for how many s."""
    mark, code, tenths = (int(value) for value in image[0, 0])
    if mark != MARK or code not in [demand.value for demand in FrameDemand]:
        return FrameDemand.NOTHING, 0.0
    return FrameDemand(code), tenths / 10


class OnDemand(PerceptionTask):
    """Finds one object in every frame that asks for nothing else."""

    classes = ('seen',)
    variants = (NetworkVariant('only', 2, 2, accuracy=1.0, onnx_file=ONNX_FILE),)

    def preprocess(self, image: NDArray[Any]) -> NDArray[Any]:
        """Return four pixels, unless something else is asked for."""
        demand, seconds = demand_of(image)
        if demand is FrameDemand.RAISE_BEFORE:
            raise RuntimeError('as the frame demands')
        if demand is FrameDemand.EXIT:
            sys.exit('as the frame demands')
        if demand is FrameDemand.SLEEP_BEFORE:
            time.sleep(seconds)
        if demand is FrameDemand.WRONG_INPUT:
            return image[None, :3, :3].copy()
        return image[None, :2, :2].copy()

    def postprocess(
        self, outputs: Any, image: NDArray[Any], score_threshold: float
    ) -> Iterable[Detection]:
        """Return one object as large as the image, unless something else is asked for."""
        demand, seconds = demand_of(image)
        if demand is FrameDemand.RAISE_AFTER:
            raise RuntimeError('as the frame demands')
        if demand is FrameDemand.SLEEP_AFTER:
            time.sleep(seconds)
        if demand is FrameDemand.NONSENSE:
            nonsense: Any = [None, 'seen', 3]
            return nonsense  # type: ignore[no-any-return]
        height, width = image.shape[:2]
        return [Detection('seen', 1.0, Box(0.0, 0.0, float(width), float(height)))]
